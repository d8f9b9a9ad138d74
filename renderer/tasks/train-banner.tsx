import { type ReactNode, useState } from 'react';
import { carWords } from '../../core/contract/aboard';
import { type Train, trainWords } from '../../core/contract/train';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { useApp, useDoing, useModel } from '../state/app';
import { openTask } from '../state/commands';
import type { Place } from '../state/places';
import { aboutTrain, stopTrain } from '../state/trains';
import { cleanLine } from '../text/clean';
import './trains.css';

/** The trains that belong to a place of the list: how far each has come, what went back, and how to stop it. */
export function Trains({ place }: { readonly place: Place }): ReactNode {
  const trains = useModel((model) => model.trains);
  const [dismissed, setDismissed] = useState<ReadonlySet<number>>(new Set());
  const shown = trains.filter(
    ({ id, repositoryId }) => !dismissed.has(id) && (place === 'review' || place === `repository:${repositoryId}`),
  );
  return shown.map((train) => (
    <Banner key={train.id} train={train} dismiss={() => setDismissed(new Set([...dismissed, train.id]))} />
  ));
}

function Banner({ train, dismiss }: { readonly train: Train; readonly dismiss: () => void }): ReactNode {
  const app = useApp();
  const doing = useDoing(aboutTrain(train.id));
  const isOpen = train.state === 'open';
  return (
    <section className="train" aria-label={`Train ${train.id}`}>
      <div className="train-head">
        <p className="train-words" role="status">
          Train {train.id} onto {cleanLine(train.base)}: {trainWords(train)}
        </p>
        {isOpen ? (
          <Button look="quiet" doing={doing} onClick={() => void stopTrain(app, train.id)}>
            Stop
          </Button>
        ) : (
          <Button look="quiet" className="button-icon" aria-label={`Dismiss train ${train.id}`} onClick={dismiss}>
            <Icon name="close" />
          </Button>
        )}
      </div>
      {train.reason !== null && <p className="quiet">{cleanLine(train.reason)}</p>}
      <ol className="train-cars">
        {train.cars.map((car) => (
          <li key={car.task} data-car={car.state}>
            <button
              type="button"
              className="link ellipsis"
              title={cleanLine(car.title)}
              onClick={() => openTask(app, car.task)}
            >
              #{car.task} {cleanLine(car.title)}
            </button>
            <span className="quiet" title={car.reason === null ? undefined : cleanLine(car.reason)}>
              {carWords(car)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
