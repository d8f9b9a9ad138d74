import { Fragment, type ReactNode } from 'react';
import type { Budget } from '../../core/contract/budget';
import type { Repository } from '../../core/contract/repository';
import type { Settings } from '../../core/contract/settings';
import { useApp, useModel } from '../state/app';
import { carryOut, complain } from '../state/commands';
import { cleanLine } from '../text/clean';
import { BudgetNotes } from './budget-chip';
import { BudgetFields } from './budget-fields';

/** The budgets of the settings: a new task's, that of all tasks over a day, and each repository's over a day. */
export function Budgets(props: {
  readonly settings: Settings;
  readonly set: (name: 'taskBudget' | 'dayBudget', value: Budget) => Promise<void>;
}): ReactNode {
  const { settings, set } = props;
  const repositories = useModel((model) => model.repositories);
  return (
    <section className="field-row">
      <h3 className="field-label">Budgets</h3>
      <p className="field-help">
        A task that reaches one waits and asks you how to go on. Days end at midnight, and no task is started past
        theirs.
      </p>
      <BudgetRow
        name="A new task"
        id="task-budget"
        budget={settings.taskBudget}
        onBudget={(budget) => void set('taskBudget', budget)}
      />
      <BudgetRow
        name="All tasks on a day"
        id="day-budget"
        budget={settings.dayBudget}
        onBudget={(budget) => void set('dayBudget', budget)}
      />
      {repositories.map((repository) => (
        <RepositoryBudget key={repository.id} repository={repository} />
      ))}
    </section>
  );
}

function RepositoryBudget({ repository }: { readonly repository: Repository }): ReactNode {
  const app = useApp();
  const save = async (budget: Budget): Promise<void> => {
    const about = `repository:${repository.id}`;
    const ended = await carryOut(app, { about, sentence: 'Saving…' }, (client) =>
      client.repositories.configure({ repository: repository.id, budget }),
    );
    if (!ended.ok) complain(app, ended.failure);
  };
  return (
    <BudgetRow
      name={`${cleanLine(repository.name)} on a day`}
      id={`budget-${repository.id}`}
      budget={repository.budget}
      onBudget={(budget) => void save(budget)}
    />
  );
}

function BudgetRow(props: {
  readonly name: string;
  readonly id: string;
  readonly budget: Budget;
  readonly onBudget: (budget: Budget) => void;
}): ReactNode {
  const agents = useModel((model) => model.agents);
  return (
    <fieldset className="budget-row">
      <legend className="ellipsis" dir="auto">
        {props.name}
      </legend>
      <BudgetFields id={props.id} budget={props.budget} onBudget={props.onBudget} />
      {agents
        .filter(({ found }) => found)
        .map(({ name }) => (
          <Fragment key={name}>
            <BudgetNotes agent={name} budget={props.budget} />
          </Fragment>
        ))}
    </fieldset>
  );
}
