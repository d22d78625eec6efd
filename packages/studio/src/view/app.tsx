import { useEffect } from 'preact/hooks'
import { canUndo, undo } from '../state/history.js'
import { faults, openTable, said, unread } from '../state/page.js'
import { surroundings } from '../work/surroundings.js'
import { ActivitySwitch, ActivityView } from './activities.js'
import { readingForm, wanted } from './all-options.js'
import { FaultWords } from './fault-words.js'
import { ThemeButton } from './theme.js'

const { shared, threads } = surroundings()

export function App() {
  return (
    <>
      <Header />
      {faults.value.length > 0 && (
        <div class="fault" role="alert">
          <div>
            {faults.value.map((fault, k) => (
              <p key={k}>
                <FaultWords {...fault} />
              </p>
            ))}
            <Otherwise />
          </div>
          <button type="button" class="quiet" onClick={() => (faults.value = [])}>
            Close
          </button>
        </div>
      )}
      <ActivityView />
      <p class="visually-hidden" role="status" aria-live="polite">
        {said}
      </p>
      <footer>
        <p>
          Everything is computed in this page; data never leave it.{' '}
          {shared
            ? `${threads} thread${threads === 1 ? '' : 's'} over shared memory.`
            : 'One thread: this page may not share memory between workers. Started with “sbridge studio” it may.'}
        </p>
      </footer>
    </>
  )
}

/** A file that could not be read, to be read otherwise. */
function Otherwise() {
  const Form = readingForm.value
  const there = unread.value !== null
  useEffect(() => {
    if (there) wanted.value = true
  }, [there])
  return unread.value && Form && <Form {...unread.value} />
}

function startAgain(): void {
  openTable.value = null
  faults.value = []
}

function Header() {
  return (
    <header>
      <button type="button" class="brand" onClick={startAgain} aria-label="sbridge studio, start again">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M4 22C8 8 13 8 16 16s8 8 12-6" class="bridge" />
          <circle cx="4.5" cy="22" r="3.6" class="real" />
          <circle cx="27.5" cy="10" r="3.6" class="synthetic" />
        </svg>
        <span>sbridge studio</span>
      </button>
      <ActivitySwitch />
      <div class="tools">
        <button type="button" class="quiet" onClick={() => undo()} aria-disabled={!canUndo.value} title="Ctrl+Z">
          Undo
        </button>
        <ThemeButton />
      </div>
    </header>
  )
}
