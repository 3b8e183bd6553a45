import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ejs, { type TemplateFunction } from 'ejs';

/** Values a template uses. */
export type Locals = Readonly<Record<string, unknown>>;

/** Templates of `views/`, read once. */
export type Renderer = {
  /** A part of a page, e.g. `partials/customer-card`. */
  readonly fragment: (name: string, locals: Locals) => string;
  /** A whole page: the named template within `layout`. */
  readonly page: (name: string, locals: Locals) => string;
};

const VIEWS = fileURLToPath(new URL('../../views/', import.meta.url));

/** @param shared values that every template sees, e.g. functions that write amounts and times */
export const createRenderer = (shared: Locals): Renderer => {
  const compiled = new Map<string, TemplateFunction>();
  const fragment = (name: string, locals: Locals): string => {
    let template = compiled.get(name);
    if (template === undefined) {
      const filename = `${VIEWS}${name}.ejs`;
      template = ejs.compile(readFileSync(filename, 'utf8'), {
        filename,
        views: [VIEWS],
        cache: true,
        rmWhitespace: true,
      }) as TemplateFunction;
      compiled.set(name, template);
    }
    return template({ fragment, ...shared, ...locals });
  };
  return {
    fragment,
    page: (name, locals) => fragment('layout', { ...locals, content: fragment(name, locals) }),
  };
};
