package io.millrace.message;

import io.millrace.message.WireType.Choice;
import io.millrace.message.WireType.Composite;
import io.millrace.message.WireType.Group;
import java.util.List;

/** Two schemas side by side. */
final class Comparison {
  private final MessageSchema mine;
  private final MessageSchema theirs;

  Comparison(MessageSchema mine, MessageSchema theirs) {
    this.mine = mine;
    this.theirs = theirs;
  }

  void check() {
    if (mine.id() != theirs.id()) {
      throw refusal("these are two schemas; give both the same id with @Schema");
    }
    for (Message message : mine.messages()) {
      Message other = theirs.message(message.templateId());
      if (other != null) {
        check(message, other);
      }
    }
  }

  private void check(Message message, Message other) {
    String what = "message " + message.templateId();
    if (!message.name().equals(other.name())) {
      throw differ(what, message.name(), other.name(), "give one of them another @Template");
    }
    if (message.since() != other.since()) {
      throw differ(what, "since " + message.since(), "since " + other.since(), "use one number");
    }
    check(message.name(), message.fields(), other.fields());
  }

  private void check(String what, List<Field> fields, List<Field> others) {
    compare(what + ", fixed field ", Field.fixed(fields), Field.fixed(others));
    compare(what + ", group ", Field.groups(fields), Field.groups(others));
    compare(what + ", variable part ", Field.data(fields), Field.data(others));
  }

  /** The shorter list must be the beginning of the longer one, and what follows must be newer. */
  private void compare(String what, List<Field> fields, List<Field> others) {
    int common = Math.min(fields.size(), others.size());
    for (int i = 0; i < common; i++) {
      Field field = fields.get(i);
      Field other = others.get(i);
      String at = what + (i + 1) + " (" + field.name() + ")";
      if (!isSame(field.type(), other.type(), at) || field.since() != other.since()) {
        throw differ(at, describe(field), describe(other), "add a new one in place of changing it");
      }
    }
    requireNewer(what, fields, common, theirs);
    requireNewer(what, others, common, mine);
  }

  private void requireNewer(String what, List<Field> fields, int from, MessageSchema without) {
    for (int i = from; i < fields.size(); i++) {
      if (fields.get(i).since() <= without.version()) {
        String at = what + (i + 1) + " (" + fields.get(i).name() + ")";
        String there = describe(fields.get(i));
        boolean isMine = without == theirs;
        throw differ(
            at,
            isMine ? there : "missing",
            isMine ? "missing" : there,
            "mark what is added with @Since(" + (without.version() + 1) + ")");
      }
    }
  }

  private boolean isSame(WireType type, WireType other, String what) {
    if (type instanceof Choice choice && other instanceof Choice changed) {
      int common = Math.min(choice.constants().size(), changed.constants().size());
      return choice.optional() == changed.optional()
          && choice.primitive() == changed.primitive()
          && choice.constants().subList(0, common).equals(changed.constants().subList(0, common));
    }
    if (type instanceof Group group && other instanceof Group changed) {
      check(what, group.parts(), changed.parts());
      return true;
    }
    if (type instanceof Composite composite && other instanceof Composite changed) {
      return isSame(composite.parts(), changed.parts(), what);
    }
    return type.describe().equals(other.describe());
  }

  private boolean isSame(List<Field> parts, List<Field> others, String what) {
    if (parts.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < parts.size(); i++) {
      if (!isSame(parts.get(i).type(), others.get(i).type(), what)) {
        return false;
      }
    }
    return true;
  }

  private static String describe(Field field) {
    return field.type().describe() + (field.since() > 0 ? " since " + field.since() : "");
  }

  private IncompatibleSchemaException differ(String what, String here, String there, String cure) {
    return refusal(what + " is " + here + " in the first and " + there + " in the second; " + cure);
  }

  private IncompatibleSchemaException refusal(String why) {
    return new IncompatibleSchemaException(
        mine + " and " + theirs + " cannot be used together: " + why);
  }
}
