import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import type { Matrix } from '../../num/matrix.js'
import { mostGivens } from '../../space/forward-selection.js'
import { type Graph, graphFromEdges, gridGraph, inducedGraph, ringGraph, windowGraph } from '../../space/graph.js'
import { learnGraph } from '../../space/partial-correlations.js'
import type { Encoder } from '../../table/encoder.js'
import type { Localisation } from './localisation.js'

/** Columns that a localised model works on. */
export interface FieldColumns {
  /** Names of all numeric columns, in the table's order: the places of a line or grid. */
  readonly places: readonly string[]
  /** Place of each coordinate of the model; constant columns have a place but no coordinate. */
  readonly placeOf: readonly number[]
  /** Name of each coordinate. */
  readonly names: readonly string[]
}

/** The columns of an encoder as a field. Throws `InputError` (code `local-columns`) for categories and missing cells. */
export function fieldColumns(encoder: Encoder, of: 'field' | 'series' = 'field'): FieldColumns {
  const wrong = encoder.columns.find(
    (code) => code.carries === 'factor' || (code.carries === 'coordinate' && code.missingFactor !== undefined)
  )
  if (wrong) {
    throw new InputError({
      code: 'local-columns',
      got: wrong.carries === 'factor' ? `the categories of ${wrong.name}` : `missing cells in ${wrong.name}`,
      expected: `columns of numbers without missing cells: ${of === 'field' ? 'a localised model is of a field' : 'the next row is drawn from the numbers of the last ones'}`,
      try: `--exclude ${wrong.name}${of === 'field' ? ', or sampling without --local' : wrong.carries === 'factor' ? '' : ', or filling its gaps'}`
    })
  }
  const numeric = encoder.columns.filter((code) => code.carries === 'coordinate' || code.carries === 'constant')
  const placeOf: number[] = []
  const names: string[] = []
  numeric.forEach((code, place) => {
    if (code.carries !== 'coordinate') return
    placeOf[code.coordinate] = place
    names[code.coordinate] = code.name
  })
  return { places: numeric.map((code) => code.name), placeOf, names }
}

/** A graph on the coordinates, and what was learned where it was learned. */
export interface Neighbourhoods {
  readonly graph: Graph
  /** (column, column, partial correlation), strongest first, where the graph was learned. */
  readonly learned?: {
    readonly edges: readonly (readonly [string, string, number])[]
    readonly threshold: number
    readonly shrinkage: number
  }
}

/**
 * The neighbourhoods that are asked for. `radius` stands in for a radius of `auto`. Throws `InputError`: a window larger
 * than the line, a grid of another size than the table, a graph with names that the table lacks.
 */
export function neighbourhoodsOf(local: Localisation, columns: FieldColumns, points: Matrix, radius = 1): Neighbourhoods {
  if (local.kind === 'auto') {
    const { graph, edges, threshold, shrinkage } = learnGraph(points, { mostNeighbours: 2 * mostGivens(points.rows) })
    const named = edges.map(([a, b, value]) => [columns.names[a]!, columns.names[b]!, value] as const)
    return { graph, learned: { edges: named, threshold, shrinkage } }
  }
  return { graph: inducedGraph(graphOfPlaces(local, columns.places, radius), columns.placeOf) }
}

function graphOfPlaces(local: Exclude<Localisation, { kind: 'auto' }>, places: readonly string[], radius: number): Graph {
  if (local.kind === 'graph') {
    const { heading = [], edges } = local
    if (heading.length === 2 && heading.every((name) => places.includes(name))) {
      throw new InputError({
        code: 'graph-heading',
        got: `${heading.join(', ')} in the first line of the graph, which are columns`,
        expected: 'a heading above the pairs',
        try: 'a first line from,to'
      })
    }
    return namedGraph(edges, places)
  }
  const chosen = local.radius === 'auto' ? radius : local.radius
  if (local.kind !== 'grid') return (local.kind === 'window' ? windowGraph : ringGraph)(places.length, chosen)
  if (local.rows * local.cols !== places.length) {
    throw new InputError({
      code: 'grid-size',
      got: `a grid of ${local.rows} × ${local.cols} = ${local.rows * local.cols} places`,
      expected: `${places.length} places, one for each column of numbers`,
      try: 'another grid, or --columns'
    })
  }
  return gridGraph(local, chosen)
}

function namedGraph(edges: readonly (readonly [string, string])[], places: readonly string[]): Graph {
  const place = new Map(places.map((name, k) => [name, k]))
  const numbered = edges.map((edge): [number, number] => {
    const unknown = edge.find((name) => !place.has(name))
    if (unknown !== undefined) {
      throw new InputError({
        code: 'graph-name',
        got: `the name ${unknown} in the graph`,
        expected: `names of columns of numbers: ${listed(places)}`,
        try: 'the names as they stand in the header'
      })
    }
    return [place.get(edge[0])!, place.get(edge[1])!]
  })
  return graphFromEdges(places.length, numbered)
}
