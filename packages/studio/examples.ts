/** Tables that come with the studio, as assets of the same origin that are fetched when picked. */
export interface Example {
  readonly file: string
  /** Where it is offered, null for the second of two; it can be opened everywhere. */
  readonly activity: 'sample' | 'trajectories' | 'diffusion-map' | 'bridge' | null
  /** Other activities that it suits. */
  readonly also?: readonly string[]
  readonly title: string
  readonly sentence: string
  /** Columns of its small picture. */
  readonly axes: readonly [string, string]
  /** Where the build takes it from, or how it makes it. */
  readonly from?: string
  readonly make?: () => string
}

export const EXAMPLES: readonly Example[] = [
  {
    file: 'moons.csv',
    activity: 'sample',
    axes: ['x', 'y'],
    title: 'Two moons',
    sentence: '1,000 points on two crescents',
    from: '../../bench/data/moons.csv'
  },
  {
    file: 'penguins.csv',
    activity: 'sample',
    also: ['impute', 'score'],
    axes: ['bill_length_mm', 'bill_depth_mm'],
    title: 'Palmer penguins',
    sentence: '344 birds: species, island, sizes; some cells missing',
    from: '../../examples/data/penguins.csv'
  },
  {
    file: 'wine.csv',
    activity: 'sample',
    also: ['score'],
    axes: ['color_intensity', 'flavanoids'],
    title: 'Wine',
    sentence: '178 wines, 13 chemical measurements',
    from: '../../bench/data/wine.csv'
  },
  {
    file: 'seattle-weather.csv',
    activity: 'sample',
    axes: ['date', 'temp_max'],
    title: 'Seattle weather',
    sentence: '1,461 days: dates, rain, temperature, kind of weather',
    from: '../../node_modules/vega-datasets/data/seattle-weather.csv'
  },
  {
    file: 'spiral.csv',
    activity: 'sample',
    axes: ['x', 'y'],
    title: 'Spiral',
    sentence: '4,000 points along two arms that thin out',
    make: spiral
  },
  {
    file: 'lotka-volterra.csv',
    activity: 'trajectories',
    axes: ['prey', 'predator'],
    title: 'Predator and prey',
    sentence: '200 unpaired particles at each of eleven times',
    from: '../../examples/data/lotka-volterra.csv'
  },
  {
    file: 'swiss-roll.csv',
    activity: 'diffusion-map',
    axes: ['x', 'z'],
    title: 'Swiss roll',
    sentence: '1,200 points on a rolled-up sheet, and how far along it each one is',
    make: swissRoll
  },
  {
    file: 'ring.csv',
    activity: 'bridge',
    axes: ['x', 'y'],
    title: 'Ring and lumps',
    sentence: 'a ring of 400 points, and the two lumps that it becomes',
    make: ring
  },
  {
    file: 'lumps.csv',
    activity: null,
    axes: ['x', 'y'],
    title: 'Lumps',
    sentence: '400 points in two lumps',
    make: lumps
  }
]

/** Numbers from a small linear congruence, so that every build has the same. */
function numbers(seed: number): { uniform(): number; normal(): number } {
  let state = seed
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) }
}

/** Two logarithmic arms with noise that grows outwards. */
function spiral(): string {
  const { uniform, normal } = numbers(20240229)
  const lines = ['x,y']
  for (let i = 0; i < 4000; i++) {
    const turn = 3.2 * Math.PI * Math.sqrt(uniform())
    const radius = 0.28 * Math.exp(0.22 * turn)
    const angle = turn + (i % 2) * Math.PI
    const spread = 0.03 + 0.035 * radius
    lines.push(`${(radius * Math.cos(angle) + spread * normal()).toFixed(4)},${(radius * Math.sin(angle) + spread * normal()).toFixed(4)}`)
  }
  return `${lines.join('\n')}\n`
}

/** A sheet rolled up from angle 3π/2 to 9π/2, evenly covered; `along` is the angle, which no map is told. */
function swissRoll(): string {
  const { uniform } = numbers(20240301)
  const [from, to] = [1.5 * Math.PI, 4.5 * Math.PI]
  const lines = ['x,y,z,along']
  for (let i = 0; i < 1200; i++) {
    // The length of a spiral of radius t grows nearly as t², so that its square is even.
    const t = Math.sqrt(from * from + uniform() * (to * to - from * from))
    lines.push([t * Math.cos(t), 21 * uniform(), t * Math.sin(t), t].map((value) => value.toFixed(3)).join(','))
  }
  return `${lines.join('\n')}\n`
}

/** A ring of radius 2, a little thick. */
function ring(): string {
  const { uniform, normal } = numbers(20240302)
  return points(400, () => {
    const [angle, radius] = [2 * Math.PI * uniform(), 2 + 0.12 * normal()]
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })
}

/** Two lumps, above each other and to the right of the ring's middle. */
function lumps(): string {
  const { normal } = numbers(20240303)
  return points(400, (i) => [4 + 0.45 * normal(), (i % 2 === 0 ? 2 : -2) + 0.45 * normal()])
}

const points = (count: number, point: (i: number) => readonly number[]): string =>
  `${[
    'x,y',
    ...Array.from({ length: count }, (_, i) =>
      point(i)
        .map((value) => value.toFixed(4))
        .join(',')
    )
  ].join('\n')}\n`

/** Up to 220 rows of an example as dots on 120 × 72. */
export function thumbnail(text: string, axes: readonly [string, string]): string {
  const [names, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))
  const value = (cell: string): number => (/^\d{4}-/.test(cell) ? Date.parse(cell) : cell === '' ? Number.NaN : Number(cell))
  const [xs, ys] = axes.map((name) => rows.map((row) => value(row[names!.indexOf(name)]!)))
  const scale = (values: number[]) => {
    const present = values.filter(Number.isFinite)
    const [low, high] = [Math.min(...present), Math.max(...present)]
    return (x: number) => (x - low) / (high - low)
  }
  const [x, y] = [scale(xs!), scale(ys!)]
  // Half a pixel is what one sees; tenths took 2 kB more of the page.
  const half = (place: number) => Math.round(2 * place) / 2
  const every = Math.max(1, Math.ceil(rows.length / 220))
  return rows
    .map((_, i) => i)
    .filter((i) => i % every === 0 && Number.isFinite(xs![i]! + ys![i]!))
    .map((i) => `M${half(8 + 104 * x(xs![i]!))},${half(64 - 56 * y(ys![i]!))}h0`)
    .join('')
}
