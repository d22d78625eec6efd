import { expect, it } from 'vitest'
import { associationPanels } from './figures.js'

it('names in capitals have the room that they take beside associations', () => {
  const names = Array.from({ length: 10 }, (_, k) => `NVORRES WOR${k}`)
  const none = names.map(() => names.map(() => 0))
  const [drawn] = associationPanels({ names, real: none, synthetic: none } as never, names)
  // Where the names beside the cells end: twelve capitals of 8.5 pixels are some 65 wide, which had 58.
  const end = /text-anchor="end"><text transform="translate\(([\d.]+),/.exec(drawn!.text)?.[1]
  expect(Number(end) - 9).toBeGreaterThan(66)
})
