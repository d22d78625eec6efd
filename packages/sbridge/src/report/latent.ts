import * as Plot from '@observablehq/plot'
import type { EmbeddingModel, LatentModel, LatentSamples, Matrix } from '@sbridge/core'
import { facts, figure, joinSections, panel, type Section, section, table } from './blocks.js'
import { bandwidthDrawing } from './figures.js'
import { Html, type HtmlValue, html } from './html.js'
import { type ImageShape, imageSheet } from './image-sheet.js'
import { formatNumber } from './numbers.js'
import { page } from './page.js'
import { cloudOfDots, drawPlot, REAL, SYNTHETIC } from './plot.js'

/** Points drawn at most: more only make the page heavy. */
const MOST_DOTS = 1500
const SHEET_IMAGES = 60

export interface LatentReportParts {
  readonly model: LatentModel
  readonly samples: LatentSamples
  /** Training rows [M, D]. */
  readonly rows: Matrix
  /** For each drawn row its nearest training row, for the sheet. */
  readonly nearest?: Uint32Array
  readonly image?: ImageShape
}

/** What a report says about a latent model: reconstruction apart from sampling, the latent space, sheets of images. */
export function latentSections(parts: LatentReportParts): Section[] {
  const { model, samples, image } = parts
  const { codec, reconstruction, bandwidth } = model
  const error = reconstruction.heldOutError ?? reconstruction.trainingError
  const kept = `${formatNumber(100 * (1 - error * error))} %`
  const body: HtmlValue[] = [
    html`<p>Rows are drawn in ${codec.latentDimension} coordinates (${codec.kind}) and decoded. What the decoder cannot say, no sampler behind it can: the codec alone, without any sampling, keeps ${kept} of the variance of rows.</p>`,
    facts([
      ['Reconstruction error, rows it was fitted to', formatNumber(reconstruction.trainingError)],
      [
        'Reconstruction error, held-out rows',
        reconstruction.heldOutError === undefined ? 'not measured' : formatNumber(reconstruction.heldOutError)
      ],
      ['Nearest-neighbour ratio of decoded draws', bandwidth ? formatNumber(bandwidth.ratio) : 'not measured'],
      ['Bandwidth ε in the latent space', formatNumber(model.epsilon)]
    ]),
    figure({
      caption: html`Latent space, first against second coordinate: training rows <span class="swatch"><i class="real"></i></span> and draws <span class="swatch"><i class="synthetic"></i></span>.`,
      body: scatter(model.latents, samples.latents)
    })
  ]
  if (bandwidth)
    body.push(
      figure({
        caption: 'How near decoded draws come to training rows, against the bandwidth.',
        body: bandwidthDrawing({ curve: bandwidth.curve, epsilon: model.epsilon, target: 0.95 })
      })
    )
  const sections = [section('latent', 'Latent space', ...body)]
  if (image) sections.push(imageSection(parts, image))
  return sections
}

function imageSection({ samples, rows, nearest }: LatentReportParts, shape: ImageShape): Section {
  const count = Math.min(SHEET_IMAGES, samples.rows.rows)
  const chosen = Array.from({ length: count }, (_, k) => Math.floor((k * samples.rows.rows) / count))
  const sheet = (source: Matrix, indices: readonly number[]) => {
    const data = new Float64Array(indices.length * source.cols)
    indices.forEach((row, k) => {
      data.set(source.data.subarray(row * source.cols, (row + 1) * source.cols), k * source.cols)
    })
    return picture(imageSheet({ data, rows: indices.length, cols: source.cols }, { ...shape, across: 10 }))
  }
  const panels = [panel('Draws', '', sheet(samples.rows, chosen))]
  if (nearest) {
    panels.push(
      panel(
        'Their nearest training rows',
        'in the same places',
        sheet(
          rows,
          chosen.map((i) => nearest[i]!)
        )
      )
    )
  }
  return section(
    'images',
    'Images',
    figure({ caption: 'Drawn images, and beside them the training image nearest to each.', body: panels, panelWidth: 320 })
  )
}

/** A PNG as an image element that loads nothing. */
export function picture(png: Uint8Array): Html {
  return new Html(
    `<img alt="sheet of images" style="width:100%;image-rendering:pixelated" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`
  )
}

function scatter(real: Matrix, drawn?: Matrix): Html {
  const second = real.cols > 1 ? 1 : 0
  const dots = (m: Matrix) =>
    Array.from({ length: Math.min(MOST_DOTS, m.rows) }, (_, k) => {
      const i = Math.floor((k * m.rows) / Math.min(MOST_DOTS, m.rows))
      return { x: m.data[i * m.cols]!, y: m.data[i * m.cols + second]! }
    })
  return drawPlot('Coordinates, first against second', {
    width: 420,
    height: 360,
    grid: true,
    x: { label: 'coordinate 1', labelAnchor: 'center', labelArrow: 'none' },
    y: { label: second === 1 ? 'coordinate 2' : 'coordinate 1', labelArrow: 'none' },
    marks: [cloudOfDots(dots(real), REAL), ...(drawn ? [cloudOfDots(dots(drawn), SYNTHETIC)] : [])]
  })
}

/** Eigenvalues, those that became coordinates filled. */
export function spectrumDrawing(spectrum: readonly number[], dimension: number): Html {
  const points = spectrum.map((value, k) => ({ k: k + 1, value, used: k < dimension }))
  return drawPlot('Eigenvalues of the diffusion operator', {
    width: 420,
    height: 240,
    x: { label: 'number', labelAnchor: 'center', labelArrow: 'none', ticks: Math.min(10, points.length), tickFormat: 'd' },
    y: { label: 'eigenvalue', labelArrow: 'none', grid: true },
    marks: [
      Plot.ruleX(points, { x: 'k', y: 'value', stroke: REAL, strokeOpacity: 0.5 }),
      Plot.dot(points, { x: 'k', y: 'value', r: 3, stroke: REAL, fill: (d: { used: boolean }) => (d.used ? REAL : 'none') })
    ]
  })
}

export interface EmbeddingReportParts {
  /** Name of the data. */
  readonly input: string
  readonly model: EmbeddingModel
  /** [n, K] */
  readonly coordinates: Matrix
}

/** The report of `embed` as one HTML page that loads nothing. */
export function embeddingReport({ input, model, coordinates }: EmbeddingReportParts): string {
  const { summary } = model
  const sections = [spectrumSection(model), coordinateSection(coordinates), roundTripSection(model)]
  if (summary.notes.length > 0)
    sections.push(section('notes', 'Notes', html`<ul>${summary.notes.map((note) => html`<li>${note}</li>`)}</ul>`))
  const entries: [string, string][] = [
    ['Rows', String(summary.rowCount)],
    ['Coordinates', String(summary.dimension)],
    ['Bandwidth ε', formatNumber(summary.epsilon)],
    ['Connected from ε', formatNumber(summary.bandwidth.connectingEpsilon)],
    ['Parts', String(summary.componentSizes.length)]
  ]
  return page({ title: `Diffusion map of ${input}`, kicker: 'Diffusion map', entries, body: joinSections(sections) })
}

function spectrumSection({ summary }: EmbeddingModel): Section {
  const rows = summary.spectrum.map((value, k) => [
    String(k + 1),
    formatNumber(value),
    k < summary.residuals.length ? summary.residuals[k]!.toExponential(1) : '',
    summary.gaps[k] ? formatNumber(summary.gaps[k]!.ratio) : ''
  ])
  return section(
    'spectrum',
    'Spectrum',
    figure({
      caption: 'Eigenvalues of the bistochastic operator; filled ones became coordinates.',
      body: spectrumDrawing(summary.spectrum, summary.dimension)
    }),
    table({
      caption: 'Residual ‖Pψ − λψ‖, and how much faster the next eigenvalue decays: the largest of these gaps is the automatic dimension.',
      head: ['Number', 'Eigenvalue#', 'Residual#', 'Gap#'],
      rows
    })
  )
}

function coordinateSection(coordinates: Matrix): Section {
  return section('coordinates', 'Coordinates', figure({ caption: 'Rows in their first two coordinates.', body: scatter(coordinates) }))
}

function roundTripSection({ summary }: EmbeddingModel): Section {
  const { roundTrip } = summary
  const rows = roundTrip.candidates.map((candidate) => [
    candidate.neighbourCount === roundTrip.neighbourCount
      ? html`<strong>${candidate.neighbourCount}</strong>`
      : String(candidate.neighbourCount),
    formatNumber(candidate.relativeError)
  ])
  return section(
    'round-trip',
    'Round trip',
    html`<p>${roundTrip.heldOutCount} rows were kept from a map, placed in it and lifted back. The error is relative to their distance from the mean row: 0 is perfect, 1 is the mean row.</p>`,
    table({ caption: 'Held-out error by the number of neighbours in the lifting.', head: ['Neighbours', 'Relative error#'], rows })
  )
}
