import Glibc

/// The one thread on which a TPM is spoken to: an ESYS context is not safe to share, and its calls block.
///
/// The thread keeps this object; it ends, and lets go of it, once ``stop()`` was called and nothing is left to run.
// Unchecked: the pointers never change, and what changes is only touched with `lock` held.
final class TPMThread: SerialExecutor, @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // Both guarded by `lock`.
  private var jobs: [UnownedJob] = []
  private var isStopped = false

  init() throws(TPMError) {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
    var thread = pthread_t()
    let kept = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<TPMThread>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, kept.toOpaque())
    guard code == 0 else {
      kept.release()
      throw TPMError.thread(code)
    }
    pthread_detach(thread)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    changed.deallocate()
    lock.deallocate()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pthread_mutex_lock(lock)
    jobs.append(job)
    pthread_cond_signal(changed)
    pthread_mutex_unlock(lock)
  }

  /// Lets the thread end after what is queued. To be called once nothing can enqueue any more.
  func stop() {
    pthread_mutex_lock(lock)
    isStopped = true
    pthread_cond_signal(changed)
    pthread_mutex_unlock(lock)
  }

  private func run() {
    while true {
      pthread_mutex_lock(lock)
      while jobs.isEmpty && !isStopped { pthread_cond_wait(changed, lock) }
      let batch = jobs
      jobs.removeAll(keepingCapacity: true)
      pthread_mutex_unlock(lock)
      // Stopped, and nothing left: whoever could enqueue is gone.
      if batch.isEmpty { return }
      for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }
  }
}
