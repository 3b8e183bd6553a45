// Sends forms in the background: the answer comes as news, and what changed arrives with the live events.
import { showFlash } from './flashes.js';

const showProblems = (form, fields) => {
  for (const place of form.querySelectorAll('[data-problem]')) {
    const problem = fields.find(({ field }) => field === place.dataset.problem);
    place.textContent = problem?.message ?? '';
    form.elements[place.dataset.problem]?.toggleAttribute('aria-invalid', problem !== undefined);
    if (problem !== undefined) form.elements[place.dataset.problem]?.setAttribute('aria-invalid', 'true');
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
};

const send = async (form, button) => {
  const response = await fetch(button?.formAction || form.action, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(new FormData(form)),
  });
  const answer = await response.json();
  if (response.ok) {
    showFlash(answer.flash);
    showProblems(form, []);
    form.closest('dialog')?.close();
    return;
  }
  const fields = answer.error.fields ?? [];
  showProblems(form, fields);
  if (!fields.some(({ field }) => form.querySelector(`[data-problem="${CSS.escape(field)}"]`))) {
    showFlash({ kind: 'error', text: answer.error.message });
  }
};

const onSubmit = async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches('[data-action]')) return;
  event.preventDefault();
  if (button?.getAttribute('aria-busy') === 'true') return;
  button?.setAttribute('aria-busy', 'true');
  try {
    await send(form, button);
  } catch {
    showFlash({ kind: 'error', text: 'The web app does not answer. Please try again in a moment.' });
  } finally {
    button?.removeAttribute('aria-busy');
  }
};

const onClick = async (event) => {
  const opener = event.target.closest('[data-open-dialog]');
  const closer = event.target.closest('dialog [data-close-dialog]');
  const copier = event.target.closest('[data-copy]');
  if (opener !== null) {
    event.preventDefault();
    document.getElementById(opener.dataset.openDialog).showModal();
  } else if (closer !== null) {
    event.preventDefault();
    closer.closest('dialog').close();
  } else if (copier !== null) {
    await navigator.clipboard.writeText(copier.dataset.copy);
    copier.dataset.copied = '';
    copier.textContent = 'Copied';
    setTimeout(() => {
      delete copier.dataset.copied;
      copier.textContent = 'Copy';
    }, 1500);
  }
};

export const enhanceActions = () => {
  document.addEventListener('submit', onSubmit);
  document.addEventListener('click', onClick);
};
