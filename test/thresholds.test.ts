import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const packages = fileURLToPath(new URL('../packages', import.meta.url))

/** Numeric constants of a file (sizes of drawings in the studio speak for themselves) with no word above them, or above the block of constants that they stand in. */
function unexplained(text: string): string[] {
  const lines = text.split('\n')
  const constant = /^(?:export )?const (?:[A-Z][A-Z0-9_]*|\[[A-Z0-9_, ]+\])(?:: [^=]+)? = \[?-?(?:\d|\.\d)/
  const above = (i: number): string => {
    let at = i - 1
    while (at >= 0 && /^(?:export )?const [A-Z[]/.test(lines[at]!)) at--
    return lines[at]?.trim() ?? ''
  }
  return lines.filter((line, i) => constant.test(line) && !line.includes('//') && !/\*\/$|^\/\//.test(above(i)))
}

test('every threshold says where it comes from', () => {
  const files = ['core', 'sbridge'].flatMap((name) =>
    readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.') && !/generated|assembly/.test(file))
      .map((file) => join(packages, name, 'src', file))
  )
  expect(files.flatMap((file) => unexplained(readFileSync(file, 'utf8')).map((line) => `${file}: ${line}`))).toEqual([])
  expect(unexplained('import x\n\nconst FEW_ROWS = 3\n')).toHaveLength(1)
  expect(unexplained('/** Why. */\nconst FEW_ROWS = 3\nconst MANY_ROWS = 30\n')).toEqual([])
})
