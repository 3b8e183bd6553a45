import type { JsonSchema } from '@marketing-streams/contracts/json/schema';

/** Keywords that say nothing about which values are allowed. */
const ANNOTATIONS = new Set(['$schema', '$id', 'title', 'description']);

/** Keywords `narrowings` judges. */
const JUDGED = new Set([
  'type',
  'format',
  'enum',
  'minimum',
  'maximum',
  'anyOf',
  'items',
  'properties',
  'required',
  'additionalProperties',
]);

const typesOf = ({ type }: JsonSchema): readonly string[] =>
  type === undefined ? [] : typeof type === 'string' ? [type] : type;

const allowsType = (allowed: readonly string[], type: string): boolean =>
  allowed.length === 0 || allowed.includes(type) || (type === 'integer' && allowed.includes('number'));

const boundProblems = (next: JsonSchema, former: JsonSchema, path: string): string[] =>
  (['minimum', 'maximum'] as const).flatMap((bound) => {
    const [after, before] = [next[bound] as number | undefined, former[bound] as number | undefined];
    const narrower =
      after !== undefined &&
      (before === undefined || (bound === 'minimum' ? after > before : after < before));
    return narrower ? [`${path}: ${bound} ${after} is narrower than ${before ?? 'none'}`] : [];
  });

const valueProblems = (next: JsonSchema, former: JsonSchema, path: string): string[] => {
  const problems = boundProblems(next, former, path);
  const allowed = typesOf(next);
  const lost = typesOf(former).filter((type) => !allowsType(allowed, type));
  if (lost.length > 0) problems.push(`${path}: type ${lost.join(', ')} is no longer allowed`);
  if (next.format !== former.format) problems.push(`${path}: format ${former.format} became ${next.format}`);
  if (next.enum !== undefined) {
    const gone = former.enum?.filter((value) => !next.enum?.includes(value));
    if (gone === undefined) problems.push(`${path}: is limited to a list of values`);
    else if (gone.length > 0) problems.push(`${path}: ${gone.join(', ')} is no longer allowed`);
  }
  return problems;
};

const propertyProblems = (next: JsonSchema, former: JsonSchema, path: string): string[] => {
  const [after, before] = [next.properties ?? {}, former.properties ?? {}];
  const problems = (next.required ?? [])
    .filter((name) => !(former.required ?? []).includes(name))
    .map((name) => `${path}.${name}: is required now, former records may lack it`);
  for (const [name, property] of Object.entries(before)) {
    const now = after[name];
    if (now !== undefined) problems.push(...narrowings(now, property, `${path}.${name}`));
    else if (next.additionalProperties === false) {
      problems.push(`${path}.${name}: is gone, former records have it`);
    }
  }
  return problems;
};

const partProblems = (next: JsonSchema, former: JsonSchema, path: string): string[] => {
  const problems: string[] = [];
  if (next.items !== undefined) problems.push(...narrowings(next.items, former.items ?? {}, `${path}[]`));
  const [values, formerValues] = [next.additionalProperties, former.additionalProperties];
  if (values === false && formerValues !== false) problems.push(`${path}: is closed to other fields now`);
  if (typeof values === 'object') {
    if (formerValues !== false) {
      problems.push(...narrowings(values, typeof formerValues === 'object' ? formerValues : {}, `${path}.*`));
    }
  }
  return problems;
};

/**
 * Why a JSON Schema does not accept everything a former one accepted: BACKWARD compatibility for the keywords
 * the contracts use. Empty when it does. A keyword it does not know has to stay as it was.
 */
export const narrowings = (next: JsonSchema, former: JsonSchema, path = '$'): readonly string[] => {
  const formerBranches = former.anyOf;
  if (formerBranches !== undefined) {
    return formerBranches.flatMap((branch) => narrowings(next, branch, path));
  }
  if (next.anyOf !== undefined) {
    const tried = next.anyOf.map((branch) => narrowings(branch, former, path));
    // The branch that comes closest explains best.
    return tried.reduce((best, problems) => (problems.length < best.length ? problems : best));
  }
  const unjudged = [...new Set([...Object.keys(next), ...Object.keys(former)])]
    .filter((keyword) => !ANNOTATIONS.has(keyword) && !JUDGED.has(keyword))
    .filter((keyword) => JSON.stringify(next[keyword]) !== JSON.stringify(former[keyword]))
    .map((keyword) => `${path}: ${keyword} changed, which this check cannot judge`);
  return [
    ...unjudged,
    ...valueProblems(next, former, path),
    ...propertyProblems(next, former, path),
    ...partProblems(next, former, path),
  ];
};
