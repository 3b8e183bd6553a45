// Makes an element look like another one while keeping its nodes: focus, open details, scroll positions and
// running transitions stay. Children are matched by id, else by position and kind.

/** Attributes that belong to the reader, not to the server. */
const isReaders = (element, name) =>
  (name === 'open' && (element.tagName === 'DETAILS' || element.tagName === 'DIALOG')) ||
  name === 'aria-busy';

const matchClasses = (element, wanted) => {
  // A highlight under way goes on.
  const isHighlighted = element.classList.contains('changed');
  if (element.className.replace(/ ?changed$/, '') === wanted.className) return;
  element.className = wanted.className;
  element.classList.toggle('changed', isHighlighted);
};

const matchAttributes = (element, wanted) => {
  for (const { name } of [...element.attributes]) {
    if (!wanted.hasAttribute(name) && !isReaders(element, name) && name !== 'class')
      element.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (name === 'class' || isReaders(element, name)) continue;
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  if (element instanceof HTMLElement) matchClasses(element, wanted);
  else if (wanted.hasAttribute('class')) element.setAttribute('class', wanted.getAttribute('class'));
};

const isSameKind = (a, b) =>
  a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id ?? '') === (b.id ?? '');

/** Draws the eye to a value that changed. */
const highlight = (element) => {
  element.classList.remove('changed');
  // Reading a size makes the browser take the removal in, so that the animation starts again.
  void element.offsetWidth;
  element.classList.add('changed');
};

const matchChildren = (element, wanted) => {
  const byId = new Map([...element.children].filter(({ id }) => id !== '').map((child) => [child.id, child]));
  let place = element.firstChild;
  for (const wantedChild of [...wanted.childNodes]) {
    const known = wantedChild.id ? byId.get(wantedChild.id) : undefined;
    if (known !== undefined && known.nodeName === wantedChild.nodeName) {
      if (known === place) place = place.nextSibling;
      else element.insertBefore(known, place);
      morph(known, wantedChild);
    } else if (place !== null && isSameKind(place, wantedChild)) {
      const next = place.nextSibling;
      morph(place, wantedChild);
      place = next;
    } else {
      element.insertBefore(wantedChild, place);
    }
  }
  while (place !== null) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
};

/** Makes `node` look like `wanted`, which must be of the same kind and may be taken apart. */
export const morph = (node, wanted) => {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    if (node.nodeValue !== wanted.nodeValue) node.nodeValue = wanted.nodeValue;
    return;
  }
  // Not the server's: an open dialog, what somebody is choosing or typing, and times as the script writes them.
  if (node.matches('dialog[open]') || (node === document.activeElement && node.matches('select'))) return;
  if (node.matches('time[data-ago]') && node.getAttribute('datetime') === wanted.getAttribute('datetime'))
    return;
  const before = node.textContent;
  matchAttributes(node, wanted);
  // What a script has drawn inside stays its own.
  if (node.matches('input, textarea, [data-keep]')) return;
  matchChildren(node, wanted);
  if (node.hasAttribute('data-live') && before !== node.textContent) highlight(node);
};

/** The first element of a piece of HTML. */
export const elementFrom = (html) => {
  const template = document.createElement('template');
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
};
