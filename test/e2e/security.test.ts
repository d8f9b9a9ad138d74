import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calls } from '../../core/contract/calls';
import { errorCodes } from '../../core/contract/errors';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';

let machine: Machine;
let desktop: Desktop;
let page: Page;

beforeAll(async () => {
  machine = makeMachine();
  desktop = await openDesktop(machine);
  page = desktop.page;
});
afterAll(async () => {
  await desktop.close();
  machine.remove();
});

const windows = () => desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);

describe('a page taken over by an attacker', () => {
  test('opens no window and goes nowhere', async () => {
    expect(await page.evaluate(() => window.open('https://example.com') === null)).toBe(true);
    expect(await page.evaluate(() => window.open('app://main/index.html') === null)).toBe(true);
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = 'https://example.com/';
      document.body.append(link);
      link.click();
      link.target = '_blank';
      link.click();
      link.remove();
      window.location.href = 'https://example.com/';
    });
    await page.evaluate(() => {
      window.location.href = 'file:///etc/passwd';
    });
    expect(page.url()).toBe('app://main/index.html');
    expect(await windows()).toBe(1);
  });

  test('runs no script of its own, loads nothing from outside and frames nothing', async () => {
    const expected = ['script-src-elem', 'script-src-attr', 'img-src', 'frame-src', 'object-src', 'connect-src'];
    const broken = await page.evaluate(async (expected) => {
      const directives: string[] = [];
      let heard = (_event: SecurityPolicyViolationEvent) => {};
      const all = new Promise<void>((resolve) => {
        heard = (event) => {
          directives.push(event.effectiveDirective);
          if (expected.every((directive) => directives.includes(directive))) resolve();
        };
      });
      document.addEventListener('securitypolicyviolation', heard);
      const put = (tag: string, values: Record<string, unknown>) => {
        const element = Object.assign(document.createElement(tag), values);
        document.body.append(element);
        return element;
      };
      put('script', { textContent: 'window.attacked = true' });
      put('script', { src: 'https://example.com/x.js' });
      put('img', { src: 'https://example.com/x.png' });
      put('iframe', { src: 'https://example.com/' });
      put('object', { data: 'https://example.com/' });
      put('div', { innerHTML: '<img src=x onerror="window.attacked = true">' });
      const refused = await Promise.allSettled([
        fetch('https://example.com/'),
        fetch('app://main/index.html'),
        new Promise((resolve, reject) =>
          Object.assign(new WebSocket('ws://127.0.0.1:1'), { onopen: resolve, onerror: reject }),
        ),
      ]);
      // Bounded, so that a failure says which of them is missing.
      await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 10_000))]);
      // Asked for after the attacker's image: when this one has failed, so has that one, with whatever it would run.
      await new Promise((resolve) => put('img', { src: 'x-later', onerror: resolve }));
      document.removeEventListener('securitypolicyviolation', heard);
      return { directives, refused: refused.map(({ status }) => status), attacked: 'attacked' in window };
    }, expected);
    expect(broken.attacked).toBe(false);
    expect(broken.refused).toEqual(['rejected', 'rejected', 'rejected']);
    expect(broken.directives).toEqual(expect.arrayContaining(expected));
  });

  test('has nothing of Node or Electron but seven words', async () => {
    const found = await page.evaluate(() => ({
      bridge: Object.keys((window as unknown as { switchyard: object }).switchyard).sort(),
      globals: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron', '__dirname'].filter(
        (name) => name in window,
      ),
    }));
    expect(found.bridge).toEqual([
      'flush',
      'onCommand',
      'openLink',
      'pathForFile',
      'pickFolder',
      'platform',
      'ready',
      'showFolder',
    ]);
    expect(found.globals).toEqual([]);
  });

  test('gets no permission and no device', async () => {
    const denied = await page.evaluate(async () => {
      const refused = async (ask: () => Promise<unknown>) => {
        try {
          return String(await ask());
        } catch {
          return 'refused';
        }
      };
      return [
        await refused(() => navigator.mediaDevices.getUserMedia({ audio: true })),
        await refused(() => Notification.requestPermission()),
        await refused(() => navigator.clipboard.readText()),
        await refused(
          () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
        ),
      ];
    });
    expect(denied).toEqual(['refused', 'denied', 'refused', 'refused']);
  });

  test('is refused whatever does not fit the contract, in every call that takes something', async () => {
    const doors = pathsOf(calls)
      .filter(({ takes }) => takes)
      .map(({ path }) => path);
    expect(doors.length).toBeGreaterThan(15);
    const nonsense = [
      null,
      0,
      'x',
      [],
      {},
      { extra: 1 },
      { task: -1 },
      { task: '1' },
      { task: 1e99, extra: {} },
      { path: '' },
      { path: 5 },
      { repository: {} },
      { session: 1.5 },
      { name: [] },
      { __proto__: 1, states: 'x' },
    ];
    const answers = await page.evaluate(
      async ({ doors, nonsense }) => {
        const port = await new Promise<MessagePort>((resolve) => {
          window.addEventListener('message', (event) => event.ports[0] && resolve(event.ports[0]), { once: true });
          (window as unknown as { switchyard: { ready(): void } }).switchyard.ready();
        });
        const waiting = new Map<string, (code: string) => void>();
        port.addEventListener('message', (event) => {
          const { i, p } = JSON.parse(event.data);
          waiting.get(i)?.(p.s === undefined ? 'accepted' : p.b.json.code);
        });
        let id = 1_000_000;
        const codes: [string, unknown, string][] = [];
        for (const path of doors) {
          for (const input of nonsense) {
            // Says nothing wrong to what ends the app, which would do so.
            if (path === '/runtime/stop' && JSON.stringify(input) === '{}') continue;
            id += 1;
            const answer = new Promise<string>((resolve) => waiting.set(`${id}`, resolve));
            port.postMessage(JSON.stringify({ i: `${id}`, p: { u: path, b: { json: input } } }));
            codes.push([path, input, await answer]);
          }
        }
        return codes;
      },
      { doors, nonsense },
    );
    // `{}` says nothing wrong where everything has a default.
    const lists = ['/tasks/list', '/agents/list', '/decisions/list', '/rules/list', '/processes/list'];
    const others = ['/worktrees/list', '/worktrees/going', '/terminals/programs', '/runtime/dump', '/relay/follow'];
    const allDefault = [...lists, ...others, '/signIns/create'];
    const fine = answers.filter(
      ([path, input, code]) => code === 'accepted' && !(JSON.stringify(input) === '{}' && allDefault.includes(path)),
    );
    expect(fine).toEqual([]);
    const known = new Set<string>(['accepted', ...errorCodes.filter((code) => code !== 'INTERNAL')]);
    expect(answers.filter(([, , code]) => !known.has(code))).toEqual([]);
  });

  test('cannot kill the app by talking nonsense', async () => {
    await page.evaluate(async () => {
      const bridge = (window as unknown as { switchyard: { ready(): void } }).switchyard;
      for (const nonsense of [
        '{',
        'null',
        '{"i":1}',
        '{"i":"1","p":{"u":5}}',
        42,
        { i: 1 },
        new ArrayBuffer(8),
        'x'.repeat(9_000_000),
      ]) {
        const port = await new Promise<MessagePort>((resolve) => {
          window.addEventListener('message', (event) => event.ports[0] && resolve(event.ports[0]), { once: true });
          bridge.ready();
        });
        port.postMessage(nonsense);
      }
    });
    const again = await page.evaluate(async () => {
      const port = await new Promise<MessagePort>((resolve) => {
        window.addEventListener('message', (event) => event.ports[0] && resolve(event.ports[0]), { once: true });
        (window as unknown as { switchyard: { ready(): void } }).switchyard.ready();
      });
      return new Promise((resolve) => {
        port.addEventListener('message', (event) => {
          const { i, p } = JSON.parse(event.data);
          if (i === '7000000') resolve(p.b.json.owner);
        });
        port.postMessage(JSON.stringify({ i: '7000000', p: { u: '/runtime/status', b: {} } }));
      });
    });
    expect(again).toBe('app');
  });
});

test('a window that is not ours gets no port and no dialog', async () => {
  const answer = await desktop.app.evaluate(async ({ app, BrowserWindow, dialog }) => {
    let asked = 0;
    dialog.showOpenDialog = async () => {
      asked += 1;
      return { canceled: false, filePaths: ['/'] };
    };
    const stranger = new BrowserWindow({
      show: false,
      webPreferences: { preload: `${app.getAppPath()}/out/preload/index.js`, sandbox: true, contextIsolation: true },
    });
    await stranger.loadURL('app://main/index.html');
    const picked = await stranger.webContents.executeJavaScript(`(async () => {
      window.ports = 0;
      window.marked = new Promise((resolve) => window.addEventListener('message', (event) => {
        if (event.ports.length > 0) window.ports += 1;
        else if (event.data === 'switchyard:port') resolve();
      }));
      window.switchyard.ready();
      return window.switchyard.pickFolder().then(String, () => 'refused');
    })()`);
    // The shell hears the page's messages in their order, so it has decided about the port. This message takes the way a
    // port would have taken, after it.
    stranger.webContents.postMessage('switchyard:port', null, []);
    const ports = await stranger.webContents.executeJavaScript('window.marked.then(() => window.ports)');
    stranger.destroy();
    return { ports, picked, asked };
  });
  expect(answer).toEqual({ ports: 0, picked: 'refused', asked: 0 });
});

test('the page comes with the policy in its headers', async () => {
  const policy = await desktop.app.evaluate(async ({ net }) => {
    const answer = await net.fetch('app://main/index.html');
    return answer.headers.get('content-security-policy');
  });
  expect(policy).toContain("default-src 'none'; script-src 'self'");
});

test('the window is made as promised', async () => {
  const made = await desktop.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag, navigateOnDragDrop } =
      contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag, navigateOnDragDrop };
  });
  expect(made).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true });
  expect(made.webviewTag ?? false).toBe(false);
  expect(made.navigateOnDragDrop ?? false).toBe(false);
});

/** Every call of the contract as a path, and whether it takes an input. */
function pathsOf(router: object, prefix = ''): { readonly path: string; readonly takes: boolean }[] {
  return Object.entries(router).flatMap(([name, value]) => {
    const definition = (value as { '~orpc'?: { inputSchema?: unknown } })['~orpc'];
    if (definition === undefined) return pathsOf(value as object, `${prefix}/${name}`);
    return [{ path: `${prefix}/${name}`, takes: definition.inputSchema !== undefined }];
  });
}
