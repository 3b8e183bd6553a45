import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

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
