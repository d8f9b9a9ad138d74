import { describe, expect, test } from 'vitest';
import { busRules, keepRule } from '../../suites/bus';
import { temporaryFolder } from '../store/store';
import { openHub } from './hub';

describe('the embedded bus keeps the rule:', () => {
  test.each(busRules)('$name', async (rule) => {
    const folder = temporaryFolder();
    await keepRule(rule, { open: async (options) => openHub(folder, options) });
  });
});

describe('a bus that breaks it fails the rule:', () => {
  test.each(busRules)('$name', async (rule) => {
    const folder = temporaryFolder();
    const broken = keepRule(rule, rule.broken({ open: async (options) => openHub(folder, options) }));
    await expect(broken).rejects.toThrow();
  });
});
