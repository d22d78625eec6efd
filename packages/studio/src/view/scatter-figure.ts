import { askPainter, frame, visible } from '../state/session.js'
import type { ScatterFrame } from '../work/messages.js'
import { colour } from './theme.js'

const WIDTH = 720
const HEIGHT = 520
const LEFT = 64
const TOP = 18
const RIGHT = 18
const BOTTOM = 52

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!)

function dotsPath(places: Float32Array): string {
  const [width, height] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM]
  let path = ''
  for (let i = 0; i < places.length; i += 2) {
    const [x, y] = [places[i]!, places[i + 1]!]
    if (x >= 0 && x <= 1 && y >= 0 && y <= 1) path += `M${(LEFT + x * width).toFixed(1)},${(TOP + (1 - y) * height).toFixed(1)}h0`
  }
  return path
}

function axesSvg({ x, y }: ScatterFrame, ink: string): string {
  const [width, height] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM]
  const text = (at: string, label: string) => `<text ${at} fill="${ink}">${escaped(label)}</text>`
  return [
    `<path d="M${LEFT},${TOP}v${height}h${width}" fill="none" stroke="${ink}" stroke-opacity="0.5"/>`,
    ...x.ticks.map(({ at, label }) => text(`x="${(LEFT + at * width).toFixed(1)}" y="${TOP + height + 18}" text-anchor="middle"`, label)),
    ...y.ticks.map(({ at, label }) => text(`x="${LEFT - 8}" y="${(TOP + (1 - at) * height + 4).toFixed(1)}" text-anchor="end"`, label)),
    text(`x="${LEFT + width / 2}" y="${HEIGHT - 10}" text-anchor="middle" font-weight="600"`, x.name),
    text(`x="14" y="${TOP + height / 2}" text-anchor="middle" font-weight="600" transform="rotate(-90 14 ${TOP + height / 2})"`, y.name)
  ].join('')
}

/** What the scatter shows, as a drawing of its own. */
export async function scatterSvg(): Promise<string> {
  const { real, synthetic } = await askPainter({ kind: 'dots' })
  const opacity = (count: number) => Math.min(0.8, Math.max(0.15, 9 / Math.sqrt(Math.max(1, count)) + 0.12)).toFixed(2)
  const dots = (places: Float32Array, stroke: string) =>
    `<path d="${dotsPath(places)}" fill="none" stroke="${stroke}" stroke-width="4" stroke-linecap="round" stroke-opacity="${opacity(places.length / 2)}"/>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="Helvetica, Arial, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${colour('paper')}"/>`,
    visible.value.real ? dots(real, colour('real')) : '',
    visible.value.synthetic && synthetic.length > 0 ? dots(synthetic, colour('synthetic')) : '',
    axesSvg(frame.value!, colour('ink')),
    '</svg>'
  ].join('')
}

/** The same as pixels, the dots drawn as on the screen. */
export async function scatterPicture(): Promise<Blob> {
  const ratio = 3
  const { blob } = await askPainter({ kind: 'picture', ratio })
  const dots = await createImageBitmap(blob)
  const axes = new Image()
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="Helvetica, Arial, sans-serif" font-size="12">${axesSvg(frame.value!, colour('ink'))}</svg>`
  axes.src = `data:image/svg+xml,${encodeURIComponent(svg)}`
  await axes.decode()
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH * ratio
  canvas.height = HEIGHT * ratio
  const context = canvas.getContext('2d')!
  context.fillStyle = colour('paper')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(dots, LEFT * ratio, TOP * ratio, (WIDTH - LEFT - RIGHT) * ratio, (HEIGHT - TOP - BOTTOM) * ratio)
  context.drawImage(axes, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => canvas.toBlob((made) => (made ? resolve(made) : reject(new Error('no picture'))), 'image/png'))
}
