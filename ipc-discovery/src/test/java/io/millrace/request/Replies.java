package io.millrace.request;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** Keeps all that is told of calls. */
class Replies implements ReplyHandler {
  final List<Long> calls = new ArrayList<>();
  final List<Long> values = new ArrayList<>();
  final List<Long> more = new ArrayList<>();
  final List<CallFailure> failures = new ArrayList<>();
  int restarts;

  @Override
  public void onReply(long call, int type, DirectBuffer buffer, int offset, int length) {
    calls.add(call);
    values.add(buffer.getLong(offset));
  }

  @Override
  public void onMore(long call, int type, DirectBuffer buffer, int offset, int length) {
    more.add(buffer.getLong(offset));
  }

  @Override
  public void onRestart(long call) {
    restarts++;
  }

  @Override
  public void onFailure(long call, CallFailure failure) {
    calls.add(call);
    failures.add(failure);
  }

  List<CallFailure.Reason> reasons() {
    return failures.stream().map(CallFailure::reason).toList();
  }
}
