package io.millrace.message;

import java.util.List;
import java.util.stream.Stream;

/** The rules by which a message may grow, so that readers and writers of any age agree. */
final class Growth {
  private Growth() {}

  static void check(List<Binding> parameters, int messageSince) {
    requireOrdered(fixed(parameters), messageSince, "fixed field", "behind the last fixed field");
    List<Binding> groups = of(parameters, WireType.Group.class);
    requireOrdered(groups, messageSince, "group", "behind the last group");
    List<Binding> data = of(parameters, WireType.Data.class);
    requireOrdered(data, messageSince, "variable part", "behind the last variable part");
    for (Binding group : groups) {
      if (!data.isEmpty() && data.get(0).field().since() < group.field().since()) {
        throw group
            .place()
            .refusal(
                "a new group would lie in front of variable data that older readers expect there",
                "make a new message with both");
      }
      checkEntries(group);
    }
  }

  private static void checkEntries(Binding group) {
    int since = group.field().since();
    List<Binding> fixed = fixed(group.parts());
    requireOrdered(fixed, since, "fixed field", "behind the last fixed field of the record");
    if (fixed.get(0).field().since() > since) {
      throw fixed
          .get(0)
          .place()
          .refusal("the first field of a group is as old as the group", "take @Since away");
    }
    for (Binding data : of(group.parts(), WireType.Data.class)) {
      if (data.field().since() > since) {
        throw data.place()
            .refusal(
                "new variable data inside a group would shift the entries of older readers",
                "make a new message with it");
      }
    }
  }

  private static void requireOrdered(
      List<Binding> kind, int messageSince, String what, String where) {
    int newest = messageSince;
    for (Binding one : kind) {
      int since = one.field().since();
      if (since < newest) {
        throw one.place()
            .refusal(
                "a "
                    + what
                    + " of version "
                    + since
                    + " cannot stand behind what came with version "
                    + newest,
                "put what is newer " + where);
      }
      newest = since;
    }
  }

  private static List<Binding> fixed(List<Binding> all) {
    return all.stream().filter(one -> one.type().isFixed()).toList();
  }

  private static List<Binding> of(List<Binding> all, Class<? extends WireType> kind) {
    return all.stream().filter(one -> kind.isInstance(one.type())).toList();
  }

  /** The version that changed a message last. */
  static int newest(Message message) {
    return Stream.concat(Stream.of(message.since()), message.fields().stream().map(Growth::newest))
        .max(Integer::compare)
        .orElseThrow();
  }

  private static int newest(Field field) {
    return field.type() instanceof WireType.Group group
        ? group.parts().stream().map(Growth::newest).reduce(field.since(), Math::max)
        : field.since();
  }
}
