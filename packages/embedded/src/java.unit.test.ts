import { describe, expect, test } from 'vitest';
import { parseJavaVersion } from './java.ts';

describe('parseJavaVersion', () => {
  test.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19 LTS', 21],
    ['java version "1.8.0_402"', 8],
    ['Picked up JAVA_TOOL_OPTIONS: -Dx=1\nopenjdk version "25.0.1" 2025-10-21', 25],
    ['no such thing', null],
  ])('%s', (output, version) => {
    expect(parseJavaVersion(output)).toBe(version);
  });
});
