import { type CSSProperties, type ReactNode, useMemo, useState } from 'react';
import type { FileChange, ShownFile } from '../../core/contract/review';
import type { Client } from '../client';
import { Button } from '../parts/button';
import { useResource } from '../state/resource';
import { bytesInWords } from '../text/amounts';
import { bytesOf } from '../text/base64';
import { cleanLine } from '../text/clean';
import type { Compared } from './patches';
import { type PictureSize, pictureSize } from './picture-size';

/** The most pixels that are drawn of a picture: a small file may hold as many as fill the memory. */
const mostPixels = 50_000_000;

/** A file that has no lines, before the change and after it: as pictures where it is one, by its sizes otherwise. */
export function BinaryView({ change, file }: { readonly change: Compared; readonly file: FileChange }): ReactNode {
  const { task, mergeBase, head } = change;
  const { path, oldPath, status } = file;
  const { value, failure, reload } = useResource(
    `content ${task} ${mergeBase} ${head} ${path}`,
    async (client, signal) => {
      const read = (commit: string, name: string) => contentOf(client, { task, commit, path: name }, signal);
      const [before, after] = await Promise.all([
        status === 'added' ? null : read(mergeBase, oldPath ?? path),
        status === 'deleted' ? null : read(head, path),
      ]);
      return { before, after };
    },
  );
  if (failure !== null) {
    return (
      <div className="binary">
        <p className="quiet">{cleanLine(failure.message)}</p>
        <Button onClick={reload}>Try again</Button>
      </div>
    );
  }
  if (value === null) return <div className="binary quiet">Reading the file…</div>;
  return <Sides {...value} name={cleanLine(path)} />;
}

function contentOf(
  client: Client,
  of: { readonly task: number; readonly commit: string; readonly path: string },
  signal: AbortSignal,
): Promise<ShownFile> {
  return client.reviews.content({ ...of, sizeOnly: !/\.(png|jpe?g|gif|webp)$/i.test(of.path) }, { signal });
}

interface Side {
  readonly word: string;
  readonly file: ShownFile;
  readonly picture: (PictureSize & { readonly url: string }) | null;
}

function Sides(props: {
  readonly before: ShownFile | null;
  readonly after: ShownFile | null;
  readonly name: string;
}): ReactNode {
  const { before, after, name } = props;
  const [isSwipe, setSwipe] = useState(false);
  const sides = useMemo(
    () => [sideOf('Before', before), sideOf('After', after)].filter((side) => side !== null),
    [before, after],
  );
  const [one, other] = sides;
  const isPair = one?.picture != null && other?.picture != null;
  return (
    <div className="binary">
      {isPair && (
        <fieldset className="segments">
          <legend className="unseen">How {name} is compared</legend>
          {[false, true].map((swipe) => (
            <button
              key={`${swipe}`}
              type="button"
              className="segment"
              aria-pressed={isSwipe === swipe}
              onClick={() => setSwipe(swipe)}
            >
              {swipe ? 'Swipe' : 'Side by side'}
            </button>
          ))}
        </fieldset>
      )}
      {isPair && isSwipe ? (
        <Swipe before={one} after={other} name={name} />
      ) : (
        <div className="binary-sides">
          {sides.map((side) => (
            <figure key={side.word}>
              {side.picture !== null && <img src={side.picture.url} alt={`${name}, ${side.word.toLowerCase()}`} />}
              <figcaption>{captionOf(side)}</figcaption>
            </figure>
          ))}
        </div>
      )}
    </div>
  );
}

/** Both pictures over each other to the same scale, the newer one from where the slider stands. */
function Swipe(props: { readonly before: Side; readonly after: Side; readonly name: string }): ReactNode {
  const { before, after, name } = props;
  const [at, setAt] = useState(50);
  const width = Math.max(before.picture?.width ?? 1, after.picture?.width ?? 1);
  const height = Math.max(before.picture?.height ?? 1, after.picture?.height ?? 1);
  const sized = ({ picture }: Side): CSSProperties => ({ width: `${(100 * (picture?.width ?? 1)) / width}%` });
  return (
    <div className="swipe">
      <div
        className="swipe-stage"
        style={{ aspectRatio: `${width} / ${height}`, width: `min(100%, ${width}px, ${(360 * width) / height}px)` }}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (event.buttons === 0) return;
          const box = event.currentTarget.getBoundingClientRect();
          setAt(Math.round(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * 100));
        }}
      >
        <div style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}>
          <img draggable={false} src={before.picture?.url} style={sized(before)} alt={`${name}, before`} />
        </div>
        <div style={{ clipPath: `inset(0 0 0 ${at}%)` }}>
          <img draggable={false} src={after.picture?.url} style={sized(after)} alt={`${name}, after`} />
        </div>
        <span className="swipe-line" style={{ left: `${at}%` }} />
      </div>
      <label className="swipe-slider">
        <span>{captionOf(before)}</span>
        <input
          type="range"
          min={0}
          max={100}
          value={at}
          aria-label={`How much of ${name} is shown as it was before`}
          aria-valuetext={`${at} % before, ${100 - at} % after`}
          onChange={(event) => setAt(Number(event.target.value))}
        />
        <span>{captionOf(after)}</span>
      </label>
    </div>
  );
}

function sideOf(word: string, file: ShownFile | null): Side | null {
  if (file === null) return null;
  const bytes = file.bytes === null ? null : bytesOf(file.bytes);
  const size = bytes === null ? null : pictureSize(bytes);
  const isDrawn = size !== null && size.width * size.height <= mostPixels;
  return { word, file, picture: isDrawn ? { ...size, url: `data:${size.type};base64,${file.bytes}` } : null };
}

function captionOf({ word, file, picture }: Side): string {
  const bytes = file.size < 1_000 ? `${file.size} B` : bytesInWords(file.size);
  return picture === null ? `${word}: ${bytes}` : `${word}: ${picture.width} × ${picture.height}, ${bytes}`;
}
