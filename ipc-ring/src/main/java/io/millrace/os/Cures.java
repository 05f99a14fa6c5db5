package io.millrace.os;

/** What helps where a system call fails for want of something that can be provided. */
final class Cures {
  private static final String DESCRIPTORS =
      "this process has no descriptor left, raise ulimit -n (LimitNOFILE= under systemd)";
  private static final String SPACE = "the file system is full, make room there or use another one";
  private static final String LOCKED =
      "raise ulimit -l (LimitMEMLOCK= under systemd), or do not ask for locked memory";
  private static final String UNKNOWN =
      "this kernel is older than Linux 5.4, or a seccomp profile hides the call";

  private Cures() {}

  /**
   * The cure of a failure.
   *
   * @param call the call, perhaps with its command in parentheses
   * @param errno why it failed
   * @return the rest of a sentence, empty if none is known
   */
  static String of(String call, int errno) {
    int detail = call.indexOf('(');
    return ofBare(detail < 0 ? call : call.substring(0, detail), errno);
  }

  /** A message of the JDK, which makes system calls of its own, with the cure if there is one. */
  static String withCure(String message) {
    return message.contains(Errno.text(Errno.EMFILE)) ? message + "; " + DESCRIPTORS : message;
  }

  private static String ofBare(String call, int errno) {
    return switch (errno) {
      case Errno.EMFILE -> call.equals("inotify_init1") ? instances() : DESCRIPTORS;
      case Errno.ENFILE -> "the machine has no open file left, raise fs.file-max (sysctl)";
      case Errno.ENOSPC -> ofNoSpace(call);
      case Errno.ENOMEM -> ofNoMemory(call);
      case Errno.EPERM, Errno.EAGAIN -> call.equals("mlock") ? LOCKED : "";
      case Errno.EFBIG -> "raise ulimit -f";
      case Errno.ENOSYS ->
          call.equals("pidfd_getfd") ? "needs Linux 5.6, or a seccomp profile hides it" : UNKNOWN;
      default -> "";
    };
  }

  private static String ofNoSpace(String call) {
    return switch (call) {
      case "inotify_add_watch" ->
          "this user has no inotify watch left, raise fs.inotify.max_user_watches (sysctl)";
      case "epoll_ctl" ->
          "this user has no epoll watch left, raise fs.epoll.max_user_watches (sysctl)";
      default -> SPACE;
    };
  }

  private static String ofNoMemory(String call) {
    return switch (call) {
      case "mlock" -> LOCKED;
      case "mmap" -> "raise ulimit -v or vm.max_map_count (sysctl), or map less";
      case "memfd_create", "fallocate" ->
          "ask for less, or raise the memory limit of this container or service";
      default -> "the kernel has no memory left for this";
    };
  }

  /** The kernel has one answer for both. */
  private static String instances() {
    return "this user has no inotify instance left, raise fs.inotify.max_user_instances (sysctl),"
        + " or "
        + DESCRIPTORS;
  }
}
