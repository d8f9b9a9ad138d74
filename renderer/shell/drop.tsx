import { type ReactNode, useLayoutEffect, useState } from 'react';
import { useApp } from '../state/app';
import { complain, showSheet } from '../state/commands';
import type { Failure } from '../state/failure';

/** Takes folders dropped anywhere, one after another, and says over the whole window where it will go. */
export function DropZone(): ReactNode {
  const app = useApp();
  const [over, setOver] = useState(0);
  // Before the first paint: what is dropped on what is seen must not get lost.
  useLayoutEffect(() => {
    let depth = 0;
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      depth += 1;
      setOver(Math.max(1, event.dataTransfer?.items.length ?? 0));
    };
    const leave = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(0);
    };
    const hold = (event: DragEvent): void => {
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = carriesFiles(event) ? 'copy' : 'none';
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      depth = 0;
      setOver(0);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      const { folders } = app.bridge;
      if (folders === null) {
        showSheet(app, { kind: 'add-repository', path: null });
        return;
      }
      const paths = files.map((file) => folders.pathForFile(file)).filter((path) => path !== '');
      const [path, ...rest] = paths;
      if (path !== undefined) {
        const queue = { at: 1, of: paths.length, rest };
        showSheet(app, { kind: 'add-repository', path, ...(rest.length === 0 ? {} : { queue }) });
      }
      if (paths.length < files.length) complain(app, notHere(files.length - paths.length));
    };
    const listeners = [
      ['dragenter', enter],
      ['dragleave', leave],
      ['dragover', hold],
      ['drop', drop],
    ] as const;
    for (const [name, listener] of listeners) window.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) window.removeEventListener(name, listener);
    };
  }, [app]);
  if (over === 0) return null;
  if (app.bridge.folders === null) {
    return (
      <div className="drop">
        <p className="drop-title">A browser does not tell where a folder is</p>
        <p>Let go to type its path, or drop it on the desktop app on the machine Switchyard runs on.</p>
      </div>
    );
  }
  return (
    <div className="drop">
      <p className="drop-title">
        {over === 1
          ? 'Add this repository to Switchyard'
          : `Add these ${over} repositories to Switchyard, one after another`}
      </p>
      <p>
        {over === 1
          ? 'You are asked before anything in it may run. Nothing in the folder is changed.'
          : 'For each you are asked before anything in it may run. Nothing in the folders is changed.'}
      </p>
    </div>
  );
}

function notHere(left: number): Failure {
  return {
    code: 'BAD_INPUT',
    message: `${left === 1 ? 'What was dropped is not a folder' : `${left} of what was dropped are not folders`} on this machine. Drop the folder of a git repository.`,
  };
}
