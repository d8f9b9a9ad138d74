import { z } from 'zod';

/** The queue's names, taken in this order. */
export const priorities = ['high_priority', 'default', 'low_priority'] as const;
export const prioritySchema = z.enum(priorities);
export type Priority = (typeof priorities)[number];
