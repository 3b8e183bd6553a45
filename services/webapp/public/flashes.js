// Short news at the edge of the page.

const STAYS_MILLISECONDS = 6000;
const MOST = 4;

const leaveLater = (flash) => {
  if (flash.classList.contains('flash-success')) setTimeout(() => flash.remove(), STAYS_MILLISECONDS);
};

/** Shows a banner; one that tells of success leaves by itself. */
export const showFlash = ({ kind, text }) => {
  const region = document.getElementById('flashes');
  const flash = document.getElementById('flash-template').content.firstElementChild.cloneNode(true);
  flash.className = `flash flash-${kind}`;
  flash.setAttribute('role', kind === 'error' ? 'alert' : 'status');
  flash.querySelector('.flash-text').textContent = text;
  region.append(flash);
  while (region.children.length > MOST) region.firstElementChild.remove();
  leaveLater(flash);
};

for (const flash of document.querySelectorAll('#flashes .flash')) leaveLater(flash);
document.addEventListener('click', (event) => {
  event.target.closest('[data-dismiss]')?.closest('.flash').remove();
});
