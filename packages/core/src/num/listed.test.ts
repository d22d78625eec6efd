import { expect, test } from 'vitest'
import { listed } from './listed.js'

test('names are listed plainly, quoted where a comma or a space would be read as an end, and cut after twelve', () => {
  expect(listed(['Barolo', 'Barbera, old', ' spaced', ''])).toBe('Barolo, “Barbera, old”, “ spaced”, “”')
  const many = Array.from({ length: 15 }, (_, i) => `x${i}`)
  expect(listed(many)).toBe(`${many.slice(0, 12).join(', ')} and 3 more`)
  expect(listed(many.slice(0, 12))).toBe(many.slice(0, 12).join(', '))
  expect(listed([])).toBe('')
})
