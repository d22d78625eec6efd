import { effect } from '@preact/signals'
import { render } from 'preact'
import './style.css'
import { address, begin, canUndo, openFile, undo } from './state/session.js'
import { App } from './view/app.js'

const expected = begin()
render(<App expected={expected} />, document.getElementById('studio')!)

effect(() => {
  const to = address.value
  if (to !== '' && to !== location.hash) history.replaceState(null, '', to)
})

document.addEventListener('dragover', (event) => {
  event.preventDefault()
  document.documentElement.classList.add('dropping')
})
for (const ending of ['dragleave', 'drop'] as const) {
  document.addEventListener(ending, (event) => {
    event.preventDefault()
    if (ending === 'drop' || (event as DragEvent).relatedTarget === null) document.documentElement.classList.remove('dropping')
    const file = (event as DragEvent).dataTransfer?.files[0]
    if (ending === 'drop' && file) openFile(file)
  })
}

document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement && event.target.type !== 'range' && event.target.type !== 'checkbox'
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z' && !typing && canUndo.value) {
    event.preventDefault()
    undo()
  }
})
