import { describe, expect, it } from 'vitest';
import { limitIn } from '../../../core/agents/provider-limit';

const now = 1_800_000_000_000;

describe('a provider that refuses for now', () => {
  it.each([
    ['Ran into this error: Rate limit exceeded: Scripted error 429.', 'limit', null],
    ['Rate limit reached. Please try again in 20s.', 'limit', 20_000],
    ['Rate limit reached. Please try again in 1m3.5s. Visit us.', 'limit', 63_500],
    ['Too many requests, try again in 350ms', 'limit', 350],
    ['429: retry after 3600 seconds', 'limit', 3_600_000],
    ['Rate limit reached. Try again in 30 Minutes.', 'limit', 1_800_000],
    ['Usage limit. Try again in 1H 5MS', 'limit', 3_600_005],
    ['429: retry-after: 90', 'limit', 90_000],
    ["You've hit your 5-hour limit · resets 11:13am (UTC)", 'limit', null],
    ['Server error (529 <unknown status code>): overloaded_error', 'overload', null],
    ['Server error (503 Service Unavailable)', 'overload', null],
  ])('says so in the words “%s”', (words, kind, after) => {
    expect(limitIn(words, now)).toEqual({ kind, until: after === null ? null : now + after });
  });

  it.each([
    'Server error (500 Internal Server Error)',
    'Bad request (400)',
    'Network error: Could not connect',
    'You exceeded your current quota, please check your plan and billing details. (429)',
    'Please check your account with your provider to add more credits',
  ])('is something else than “%s”', (words) => {
    expect(limitIn(words, now)).toBeNull();
  });
});
