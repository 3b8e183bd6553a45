import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** What keeps a Chromium as root, without a GPU and without any network but ours, quiet. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A real browser for tests. Throws one line that says what to install when there is none. */
export const launchBrowser = async (): Promise<BrowserContext> => {
  const executablePath = process.env['CHROMIUM_PATH'] ?? PLACES.find(existsSync);
  if (executablePath === undefined || !existsSync(executablePath)) {
    throw new Error(
      'no Chromium: install it (Debian: apt-get install chromium), or set CHROMIUM_PATH to one',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'marketing-streams-browser-'));
  const browser = await chromium.launchPersistentContext(folder, { executablePath, args: FLAGS });
  browser.on('close', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return browser;
};

/** Calls with each error that a page's scripts throw, and each that the browser writes to its console. */
export const onComplaint = (page: Page, listener: (text: string) => void): void => {
  page.on('pageerror', ({ message }) => listener(message));
  page.on('console', (message) => {
    if (message.type() === 'error') listener(message.text());
  });
};
