import { askPainter, frame, visible } from '../state/session.js'
import { axesSvg, BOTTOM, dotsPath, HEIGHT, LEFT, RIGHT, TOP, WIDTH } from './plot-figure.js'
import { colour } from './theme.js'

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
