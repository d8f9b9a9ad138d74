import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { servePage } from '../../core/page';
import { temporaryFolder } from './server/door';

let folder: ReturnType<typeof temporaryFolder>;
let page: string;
beforeEach(() => {
  folder = temporaryFolder();
  page = join(folder.path, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), '<p>hello</p>');
  writeFileSync(join(page, 'assets', 'a b.js'), 'export {};');
  writeFileSync(join(page, 'secret.key'), 'key');
  writeFileSync(join(folder.path, 'outside.html'), 'outside');
  mkdirSync(join(folder.path, 'page-beside'));
  writeFileSync(join(folder.path, 'page-beside', 'x.html'), 'beside');
  symlinkSync(join(folder.path, 'outside.html'), join(page, 'link.html'));
});
afterEach(() => folder.remove());

const get = (url: string, method = 'GET') => servePage(page, { url, method });

test('serves the page with its type and a policy that lets nothing else in', async () => {
  const answer = await get('app://main/index.html');
  expect(answer.body.toString()).toBe('<p>hello</p>');
  expect(answer.type).toBe('text/html');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  const policy = answer.headers['content-security-policy'] ?? '';
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'none'",
    "frame-src 'none'",
    "base-uri 'none'",
  ]) {
    expect(policy.split('; ')).toContain(rule);
  }
  expect((await get('app://main/assets/a%20b.js?v=1#x')).status).toBe(200);
});

test('serves nothing outside its folder, however the path is written', async () => {
  const paths = [
    '../outside.html',
    '..%2foutside.html',
    '%2e%2e/outside.html',
    '..%5coutside.html',
    'assets/../../outside.html',
    '/etc/passwd',
    '//etc/passwd',
    '%00index.html',
    'index.html%00.html',
    'link.html',
    '..%2fpage-beside%2fx.html',
    '%E0%A4%A',
    'assets',
    '',
    'secret.key',
    'missing.html',
  ];
  for (const path of paths) {
    const answer = await get(`app://main/${path}`);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.body).toHaveLength(0);
  }
});

test('answers GET for its own host only', async () => {
  for (const method of ['POST', 'PUT', 'HEAD', 'OPTIONS'])
    expect((await get('app://main/index.html', method)).status).toBe(405);
  for (const host of ['other', 'main.evil', 'MAIN2', ''])
    expect((await get(`app://${host}/index.html`)).status).toBe(404);
});
