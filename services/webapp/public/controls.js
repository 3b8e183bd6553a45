// Search, filters, sort and paging without a new page; the address bar always says what is shown.
import { load } from './page.js';

const TYPING_PAUSE_MILLISECONDS = 180;

const urlOf = (form) => {
  const values = [...new FormData(form)].filter(([, value]) => value !== '');
  const query = new URLSearchParams(values.filter(([name, value]) => name !== 'sort' || value !== 'created'));
  return `${form.getAttribute('action')}${query.size > 0 ? `?${query}` : ''}`;
};

const isListLink = (link) =>
  link.closest('#stages, .toggle, #paging, .table thead, #list .empty') !== null &&
  link.dataset.openDialog === undefined;

export const enhanceControls = () => {
  let typing;
  document.addEventListener('input', (event) => {
    const form = event.target.closest('[data-controls]');
    if (form === null || event.target.type !== 'search') return;
    clearTimeout(typing);
    typing = setTimeout(() => load(urlOf(form), 'replace'), TYPING_PAUSE_MILLISECONDS);
  });
  document.addEventListener('change', (event) => {
    const form = event.target.closest('[data-controls]');
    if (form !== null && event.target.type !== 'search') load(urlOf(form), 'push');
  });
  document.addEventListener('submit', (event) => {
    if (!event.target.matches('[data-controls]')) return;
    event.preventDefault();
    clearTimeout(typing);
    load(urlOf(event.target), 'push');
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a');
    if (link === null || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    if (!isListLink(link)) return;
    event.preventDefault();
    load(link.href, 'push').then(() => {
      if (link.closest('#paging') !== null) document.getElementById('content').scrollIntoView();
    });
  });
  window.addEventListener('popstate', () => load(location.href, 'stay'));
};
