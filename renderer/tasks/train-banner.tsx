import { type ReactNode, useState } from 'react';
import { carWords } from '../../core/contract/aboard';
import { type Train, trainWords } from '../../core/contract/train';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { TaskNames } from '../parts/task-names';
import { useApp, useDoing, useModel } from '../state/app';
import { openTask } from '../state/commands';
import type { Place } from '../state/places';
import { aboutTrain, dismissTrain, stopTrain } from '../state/trains';
import { cleanLine } from '../text/clean';
import './trains.css';

/** The trains that belong to a place of the list: how far each has come, what went back and why, and how to stop it. */
export function Trains({ place }: { readonly place: Place }): ReactNode {
  const trains = useModel((model) => model.trains);
  const shown = trains.filter(({ repositoryId }) => place === 'review' || place === `repository:${repositoryId}`);
  if (shown.length === 0) return null;
  return (
    <div className="trains">
      {[...shown].sort(soonest).map((train) => (
        <Banner key={train.id} train={train} />
      ))}
    </div>
  );
}

/** Those under way before those that have ended, and the newest first. */
function soonest(one: Train, other: Train): number {
  return Number(one.state === 'ended') - Number(other.state === 'ended') || other.id - one.id;
}

/** One line until it is unfolded, so that the changes under it stay in view. */
function Banner({ train }: { readonly train: Train }): ReactNode {
  const app = useApp();
  const doing = useDoing(aboutTrain(train.id));
  const [unfolded, setUnfolded] = useState(false);
  return (
    <section className="train" aria-label={`Train ${train.id}`}>
      <div className="train-head">
        <button
          type="button"
          className="train-fold"
          aria-label={`Changes of train ${train.id}`}
          aria-expanded={unfolded}
          onClick={() => setUnfolded(!unfolded)}
        >
          <Icon name={unfolded ? 'down' : 'chevron'} />
        </button>
        <p className="train-words" role="status">
          Train {train.id} onto {cleanLine(train.base)}: {trainWords(train)}
        </p>
        {train.state === 'open' ? (
          <Button look="quiet" doing={doing} onClick={() => void stopTrain(app, train.id)}>
            Stop
          </Button>
        ) : (
          <Button
            look="quiet"
            className="button-icon"
            aria-label={`Dismiss train ${train.id}`}
            onClick={() => dismissTrain(app, train.id)}
          >
            <Icon name="close" />
          </Button>
        )}
      </div>
      {unfolded && <Cars train={train} />}
    </section>
  );
}

function Cars({ train }: { readonly train: Train }): ReactNode {
  const app = useApp();
  return (
    <>
      {train.reason !== null && (
        <p className="quiet">
          <TaskNames text={train.reason} />
        </p>
      )}
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
            <span className="quiet">{carWords(car)}</span>
            {car.reason !== null && car.reason !== train.reason && (
              <span className="train-why">
                <TaskNames text={car.reason} />
              </span>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}
