// Draws the guide's picture of a draw on many cores, a simulation from measured times that `node bench/cluster.mjs --simulate --save`
// keeps: `node scripts/cluster-picture.mjs`.
import { readFileSync } from 'node:fs'
import * as Plot from '@observablehq/plot'
import { BLUE, LINE, panel, root, SOFT, save, text, VERMILION } from './drawing.mjs'

const { scaling } = JSON.parse(readFileSync(new URL('bench/results/cluster.json', root), 'utf8')).tables
const points = scaling.rows.map(([cores, drawn, , all]) => ({ cores, drawn: Number(drawn), all: Number(all) }))
const [WIDTH, HEIGHT] = [720, 420]
const line = (y, stroke) => [
  Plot.line(points, { x: 'cores', y, stroke, strokeWidth: 2 }),
  Plot.dot(points, { x: 'cores', y, fill: stroke, r: 4 })
]
const label = (words, [cores, minutes], fill) =>
  Plot.text([{ cores, minutes }], { x: 'cores', y: 'minutes', text: () => words, fill, textAnchor: 'start' })
const minutes = [1, 3, 10, 30, 100, 300, 1000]
const cores = points.map((point) => point.cores)
save('cluster', { width: WIDTH, height: HEIGHT + 60 }, [
  text('100,000,000 rows on many cores: a simulation from measured times', { x: 20, y: 32, size: 17, weight: 600 }),
  text(scaling.title.replace(/^simulated, not run: 100,000,000 rows in /, ''), { x: 20, y: 54, colour: SOFT }),
  panel(
    {
      width: WIDTH,
      height: HEIGHT,
      marginLeft: 70,
      marginRight: 40,
      marginBottom: 40,
      marginTop: 30,
      x: { type: 'log', label: null, domain: [1, cores.at(-1)], ticks: [] },
      y: { type: 'log', label: 'minutes', ticks: minutes, tickFormat: String, domain: [1, 1000] },
      marks: [
        Plot.gridX(cores, { stroke: LINE, strokeOpacity: 1 }),
        Plot.gridY(minutes, { stroke: LINE, strokeOpacity: 1 }),
        Plot.text(cores, { x: (one) => one, y: 1, text: (one) => (one === 1 ? '1 core' : String(one)), dy: 18 }),
        Plot.line(points, { x: 'cores', y: ({ cores }) => points[0].drawn / cores, stroke: SOFT, strokeDasharray: '4 4' }),
        ...line('drawn', BLUE),
        ...line('all', VERMILION),
        label('to draw', [40, 10], BLUE),
        label('with the fit and the merge on one machine', [40, 60], VERMILION),
        label('dashed: as many times as fast as there are cores', [1.15, 2], SOFT)
      ]
    },
    { x: 0, y: 60 }
  )
])
