import { effect } from '@preact/signals'
import { render } from 'preact'
import './style.css'
import './known.css'
import { activity, address } from './state/activity.js'
import { canUndo, undo } from './state/history.js'
import { begin } from './state/session.js'
import { activityPart } from './view/activities.js'
import { App, provideSample } from './view/app.js'

provideSample(activity.value === 'sample' ? begin() : null)
render(<App />, document.getElementById('studio')!)

effect(() => {
  const to = address.value
  if (to !== null && to !== location.hash) history.replaceState(null, '', to)
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
    if (ending === 'drop' && file) activityPart()?.openFile(file)
  })
}

document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement && event.target.type !== 'range' && event.target.type !== 'checkbox'
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z' && !typing && canUndo.value) {
    event.preventDefault()
    undo()
  }
})
