// A page of the site: sliders, pictures and numbers. What is computed is computed by a worker, whose source the build puts in.
import workerSource from 'worker-source'
import { panelElement } from './picture.mjs'

const main = document.querySelector('main')
const [figure, table, status] = ['.panels', '.numbers tbody', '.status'].map((which) => document.querySelector(which))
const controls = [...document.querySelectorAll('input[data-values], select[data-values]')]
const address = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }))

let worker
let shown
/** A run that is under way is of settings that nobody wants any more when others come. */
let busy = false

const choiceOf = (control) => JSON.parse(control.dataset.values)[Number(control.value)]
const settingsNow = () => Object.fromEntries(controls.map((control) => [control.name, choiceOf(control)]))

function freshWorker() {
  worker?.terminate()
  worker = new Worker(address)
  worker.onmessage = ({ data }) => {
    busy = false
    if (data.failed === undefined) show(data.shown)
    else fail(data.failed)
  }
  worker.onerror = ({ message }) => fail(message)
}

function compute() {
  for (const control of controls) control.parentElement.querySelector('output').textContent = String(choiceOf(control))
  if (busy || worker === undefined) freshWorker()
  busy = true
  const settings = settingsNow()
  main.dataset.state = 'computing'
  main.dataset.settings = JSON.stringify(settings)
  status.textContent = 'Computing …'
  worker.postMessage({ name: main.dataset.page, settings })
}

/** Three digits, as the project's tables have them. */
function numberText(value, least) {
  if (value === null) return 'none'
  if (least !== undefined && value < least) return `${value.toExponential(1)} (below ${least.toExponential(0)})`
  const size = Math.abs(value)
  if (value === 0 || Number.isInteger(value)) return String(value)
  return size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(3)))
}

function show(result) {
  shown = result
  draw()
  table.replaceChildren(
    ...result.numbers.map(({ name, value, least }) => {
      const row = document.createElement('tr')
      const [head, cell] = [document.createElement('th'), document.createElement('td')]
      head.scope = 'row'
      head.textContent = name
      cell.textContent = numberText(value, least)
      cell.dataset.value = String(value)
      row.append(head, cell)
      return row
    })
  )
  status.textContent = 'Computed in this page.'
  main.dataset.state = 'done'
}

function fail(message) {
  shown = undefined
  figure.replaceChildren()
  table.replaceChildren()
  status.textContent = `These settings cannot be computed: ${message}`
  main.dataset.state = 'failed'
}

function draw() {
  // A page that is put away has no width.
  if (shown && figure.clientWidth > 0)
    figure.replaceChildren(...shown.panels.map((panel) => panelElement(panel, { count: shown.panels.length, room: figure.clientWidth })))
}

for (const control of controls) control.addEventListener('input', compute)
let drawnFor = figure.clientWidth
new ResizeObserver(() => {
  if (figure.clientWidth === drawnFor) return
  drawnFor = figure.clientWidth
  draw()
}).observe(figure)
compute()
