// Brings the page up to date from the server, keeping everything that stays the same.
import { morph } from './morph.js';
import { showTimes } from './times.js';

let newest = 0;
/** Loads under way that somebody asked for. */
let asked = 0;

const controlsFollow = (wanted) => {
  // What somebody is typing stays; a filter or sort that the address now says is shown.
  for (const control of wanted.querySelectorAll('#controls select, #controls input')) {
    const shown = document.getElementById(control.id);
    if (shown !== null && shown !== document.activeElement) shown.value = control.value;
  }
};

/** The same page again, as it is by now. Gives way to what somebody asked for meanwhile: their click would be lost. */
export const reload = async () => {
  if (asked === 0) await show(location.href, 'stay');
};

/**
 * Loads an address of this kind of page and shows it. `history` says what happens to the address bar: `push`,
 * `replace` or `stay`. Of several loads under way only the newest counts.
 */
export const load = async (url, history) => {
  asked += 1;
  try {
    await show(url, history);
  } finally {
    asked -= 1;
  }
};

const show = async (url, history) => {
  newest += 1;
  const mine = newest;
  let response;
  let html;
  try {
    response = await fetch(url, { headers: { accept: 'text/html', 'x-live-refresh': '1' } });
    html = await response.text();
  } catch {
    // The web app is away, or went away half-way through its answer.
    return;
  }
  const wanted = new DOMParser().parseFromString(html, 'text/html');
  if (mine !== newest || (!response.ok && history === 'stay')) return;
  if (history === 'push') window.history.pushState(null, '', url);
  if (history === 'replace') window.history.replaceState(null, '', url);
  document.title = wanted.title;
  const returnTo = document.querySelector('#actions [name=return_to]');
  if (returnTo !== null)
    returnTo.value = new URL(url, location.href).pathname + new URL(url, location.href).search;
  morph(document.getElementById('content'), wanted.getElementById('content'));
  controlsFollow(wanted);
  showTimes();
  document.body.dataset.events = wanted.body.dataset.events ?? '';
  document.dispatchEvent(new CustomEvent('page-loaded'));
};
