import { render } from 'preact'
import './style.css'
import './known.css'
import { canUndo, undo } from './state/history.js'
import { startNavigation } from './state/navigation.js'
import { openFiles } from './view/activities.js'
import { App } from './view/app.js'
import { keepFocus } from './view/focus.js'

startNavigation()
const root = document.getElementById('studio')!
render(<App />, root)
keepFocus(root)

document.addEventListener('dragover', (event) => {
  event.preventDefault()
  document.documentElement.classList.add('dropping')
})
for (const ending of ['dragleave', 'drop'] as const) {
  document.addEventListener(ending, (event) => {
    event.preventDefault()
    if (ending === 'drop' || (event as DragEvent).relatedTarget === null) document.documentElement.classList.remove('dropping')
    const files = [...((event as DragEvent).dataTransfer?.files ?? [])]
    if (ending === 'drop' && files.length > 0) openFiles(files)
  })
}

document.addEventListener('keydown', (event) => {
  // Where one types the browser takes back what was typed.
  const typing = event.target instanceof HTMLInputElement && /^(text|number)$/.test(event.target.type)
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z' && !typing && canUndo.value) {
    event.preventDefault()
    undo()
  }
})
