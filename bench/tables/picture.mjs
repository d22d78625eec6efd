// The picture of `bench/tables.mjs --picture`: how well new rows hide among held-out ones, against how well they hide the training rows.
import * as Plot from '@observablehq/plot'
import { BLUE, INK, LINE, panel, SOFT, save, text } from '../../scripts/drawing.mjs'

const NAMES = {
  ours: 'sbridge',
  cart: 'sequential CART',
  copula: 'Gaussian copula',
  mixture: 'Gaussian mixture',
  kde: 'kernel density',
  arf: 'adversarial forest',
  flow: 'forest flow'
}

const TICKS = 6
/** A label covers so much of the axes. */
const [LABEL_WIDTH, LABEL_HEIGHT] = [0.3, 0.06]

/** Points: means over tables, `{ method, forest, boosting, membership }`. */
export function drawPicture(name, points, { tables, seeds }) {
  const named = points.map((point) => ({ ...point, label: NAMES[point.method] ?? point.method }))
  const domainOf = (values) => {
    const [low, high] = [Math.min(0.5, ...values), Math.max(...values)]
    return [low - 0.01, high + 0.02]
  }
  const x = { domain: domainOf(named.map(({ membership }) => membership)), label: null, ticks: TICKS, tickSize: 0, tickPadding: 8 }
  const y = {
    domain: domainOf(named.flatMap(({ forest, boosting }) => [forest, boosting])),
    label: null,
    ticks: TICKS,
    tickSize: 0,
    tickPadding: 8
  }
  const isOurs = ({ method }) => method === 'ours'
  const anchorOf = ({ membership }) => (2 * membership > x.domain[0] + x.domain[1] ? 'end' : 'start')
  const share = ({ domain: [low, high] }, distance) => distance / (high - low)
  const isUnderAnother = (point, measure) =>
    named.some((other) => {
      const above = share(y, other[measure] - point[measure])
      return above > 0 && above < LABEL_HEIGHT && Math.abs(share(x, other.membership - point.membership)) < LABEL_WIDTH
    })
  const judge = (measure, at) =>
    panel(
      {
        width: 490,
        height: 400,
        marginLeft: 48,
        marginRight: 14,
        marginBottom: 46,
        marginTop: 10,
        x,
        y,
        marks: [
          ...[Plot.gridX, Plot.gridY].map((grid) => grid({ ticks: TICKS, stroke: LINE, strokeOpacity: 1 })),
          Plot.dot(named, { x: 'membership', y: measure, r: 6, fill: (point) => (isOurs(point) ? BLUE : SOFT) }),
          ...named.map((point) =>
            Plot.text([point], {
              x: 'membership',
              y: measure,
              text: 'label',
              dy: isUnderAnother(point, measure) ? 16 : -14,
              fontSize: 13,
              fill: isOurs(point) ? BLUE : INK,
              textAnchor: anchorOf(point)
            })
          )
        ]
      },
      { x: at, y: 62 }
    )
  save(name, { width: 1040, height: 520 }, [
    text(`New rows among held-out ones: mean of ${tables} tables and ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}; lower left is better`, {
      x: 22,
      y: 30,
      size: 17,
      weight: 600
    }),
    text('told apart by a random forest (area under the curve)', { x: 68, y: 56, colour: SOFT }),
    text('by boosted trees', { x: 568, y: 56, colour: SOFT }),
    judge('forest', 22),
    judge('boosting', 522),
    ...[290, 790].map((centre) =>
      text('training rows found by their nearness (area under the curve)', { x: centre, y: 484, colour: SOFT, anchor: 'middle' })
    )
  ])
}
