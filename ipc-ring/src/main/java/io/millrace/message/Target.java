package io.millrace.message;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;

/** A place in a buffer that generated code writes to. */
interface Target {
  /** Puts the buffer onto the stack, and the index of an offset in the block behind it. */
  void push(int offset);

  /** Calls a method that stores a value, which is on the stack behind buffer and index. */
  static void put(CodeBuilder code, String method, ClassDesc value) {
    code.invokeinterface(Names.WRITE_BUFFER, method, Names.type(Names.VOID, Names.INT, value));
  }
}
