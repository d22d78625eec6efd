import { expect, it } from 'vitest'
import { associationPanels } from './figures.js'
import { cloudOfDots, drawPlot, REAL } from './plot.js'

it('names in capitals have the room that they take beside associations', () => {
  const names = Array.from({ length: 10 }, (_, k) => `NVORRES WOR${k}`)
  const none = names.map(() => names.map(() => 0))
  const [drawn] = associationPanels({ names, real: none, synthetic: none } as never, names)
  // Where the names beside the cells end: twelve capitals of 8.5 pixels are some 65 wide, which had 58.
  const end = /text-anchor="end"><text transform="translate\(([\d.]+),/.exec(drawn!.text)?.[1]
  expect(Number(end) - 9).toBeGreaterThan(66)
})

it('points say to a hundredth of the picture where they lie, and not which of another picture is of the same row', () => {
  const size = { width: 214, height: 214, margin: 0, x: { domain: [0, 1] }, y: { domain: [0, 1] } } as const
  const points = Array.from({ length: 300 }, (_, i) => ({ x: (i * 0.6180339887) % 1, y: (i * 0.7548776662) % 1 }))
  const drawn = (some: typeof points) => drawPlot('points', { ...size, marks: [cloudOfDots(some, REAL)] }).text
  expect(drawn(points.toReversed())).toBe(drawn(points))
  const moved = points.map(({ x, y }) => ({ x: Math.round(107 * x) / 107, y: 1 - Math.round(107 * (1 - y)) / 107 }))
  expect(drawn(moved)).toBe(drawn(points))
  // Half of the rows are no such picture.
  expect(drawn(points.slice(0, 150))).not.toBe(drawn(points))
})
