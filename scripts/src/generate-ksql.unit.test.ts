import { SHIPPED_SEGMENTS } from '@marketing-streams/domain/rules/segments';
import { describe, expect, it } from 'vitest';
import { fillGenerated } from './generate-ksql.ts';

const statement = (part: string): string =>
  [
    'SELECT',
    '  a,',
    `  -- generated: ${part}`,
    '  what stood here,',
    '  -- end generated',
    '  AS b;',
    '',
  ].join('\n');

describe('fillGenerated', () => {
  it('replaces what stands between the markers, at their indentation, and nothing else', () => {
    const filled = fillGenerated(statement('lifecycle_stage'), SHIPPED_SEGMENTS);
    const lines = filled.split('\n');
    expect(lines.slice(0, 4)).toEqual(['SELECT', '  a,', '  -- generated: lifecycle_stage', '  CASE']);
    expect(lines.slice(-5)).toEqual(["    ELSE 'prospect'", '  END', '  -- end generated', '  AS b;', '']);
    expect(filled).not.toContain('what stood here');
  });

  it('changes nothing the second time', () => {
    const once = fillGenerated(statement('segments') + statement('lifecycle_stage'), SHIPPED_SEGMENTS);
    expect(fillGenerated(once, SHIPPED_SEGMENTS)).toBe(once);
  });

  it('fills in markers with nothing between them', () => {
    const text = '-- generated: segments\n-- end generated\n';
    expect(fillGenerated(text, SHIPPED_SEGMENTS)).toContain("THEN 'loyal'");
  });

  it('knows the segments that people added', () => {
    const own = { name: 'own', title: 'Own', rule: { is_active: true } };
    expect(fillGenerated(statement('segments'), [...SHIPPED_SEGMENTS, own])).toContain(
      "CASE WHEN `is_active` = TRUE THEN 'own' ELSE '' END",
    );
  });

  it('leaves a text without markers alone', () => {
    expect(fillGenerated("SELECT '-- no marker' FROM a;", SHIPPED_SEGMENTS)).toBe(
      "SELECT '-- no marker' FROM a;",
    );
  });

  it.each([
    ['an unknown part', statement('lifecycle'), 'no such part'],
    ['a missing end', '-- generated: segments\nSELECT 1;\n', 'needs a line'],
    ['a missing beginning', 'SELECT 1;\n-- end generated\n', 'needs a line'],
  ])('refuses %s', (_, text, message) => {
    expect(() => fillGenerated(text, SHIPPED_SEGMENTS)).toThrow(message);
  });
});
