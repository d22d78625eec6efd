import { expect, test } from 'vitest'
import { flagWord, listed, typesFlag } from './listed.js'

test('names are listed plainly, quoted where a comma or a space would be read as an end, and cut after twelve', () => {
  expect(listed(['Barolo', 'Barbera, old', ' spaced', ''])).toBe('Barolo, “Barbera, old”, “ spaced”, “”')
  const many = Array.from({ length: 15 }, (_, i) => `x${i}`)
  expect(listed(many)).toBe(`${many.slice(0, 12).join(', ')} and 3 more`)
  expect(listed(many.slice(0, 12))).toBe(many.slice(0, 12).join(', '))
  expect(listed([])).toBe('')
})

test('what follows an option can be pasted into a shell', () => {
  expect(['price', 'unit price', "driver's age"].map(flagWord)).toEqual(['price', "'unit price'", "'driver'\\''s age'"])
  expect(typesFlag('price', 'number')).toBe('--types price=number')
  expect(typesFlag('net, 2024', 'number')).toBe("--types '`net, 2024`=number'")
})
