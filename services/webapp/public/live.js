// Listens to what changes and shows it, says whether it hears anything, and connects again by itself.
import { elementFrom, morph } from './morph.js';
import { reload } from './page.js';
import { showTimes } from './times.js';

/** A list changes its members too: it is loaded again at most this often while things change. */
const RELOAD_MILLISECONDS = 1500;
const RECONNECT_MILLISECONDS = 1500;

let source = null;
let listened = '';
let retry;
let reloadTimer;
let lastReload = 0;

const showConnection = (state, text) => {
  const connection = document.getElementById('connection');
  if (connection.dataset.state === state) return;
  connection.dataset.state = state;
  connection.querySelector('.connection-text').textContent = text;
};

const reloadSoon = () => {
  if (reloadTimer !== undefined || document.body.dataset.list === undefined) return;
  const wait = Math.max(0, lastReload + RELOAD_MILLISECONDS - Date.now());
  reloadTimer = setTimeout(async () => {
    reloadTimer = undefined;
    lastReload = Date.now();
    await reload();
  }, wait);
};

const showFragment = ({ target, html }) => {
  const element = document.getElementById(target);
  if (target === 'totals') reloadSoon();
  if (element === null) return;
  if (html === null) element.remove();
  else morph(element, elementFrom(html));
  showTimes();
};

const stop = () => {
  clearTimeout(retry);
  source?.close();
  source = null;
};

const listen = () => {
  const url = document.body.dataset.events;
  if (!url && source !== null) {
    stop();
    showConnection('off', 'Not live');
  }
  if (!url || document.hidden) return;
  if (source !== null && listened === url) return;
  stop();
  listened = url;
  source = new EventSource(url);
  source.addEventListener('open', () => showConnection('live', 'Live'));
  source.addEventListener('fragment', (event) => showFragment(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    showConnection('away', 'Reconnecting…');
    // The browser gives up when the answer was not a stream, e.g. while the web app starts.
    if (source.readyState !== EventSource.CLOSED) return;
    stop();
    retry = setTimeout(() => reload().then(listen), RECONNECT_MILLISECONDS);
  });
};

export const goLive = () => {
  listen();
  document.addEventListener('page-loaded', listen);
  // Browsers allow few connections per server: a page that nobody sees gives its own back.
  document.addEventListener('visibilitychange', async () => {
    if (document.hidden) stop();
    else {
      await reload();
      listen();
    }
  });
};
