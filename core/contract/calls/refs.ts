import { z } from 'zod';
import { repositoryIdSchema } from '../repository';
import { taskIdSchema } from '../task';

/** What names one task. */
export const taskRef = z.strictObject({ task: taskIdSchema });

/** What names one repository. */
export const repositoryRef = z.strictObject({ repository: repositoryIdSchema });
