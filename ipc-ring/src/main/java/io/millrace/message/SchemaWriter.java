package io.millrace.message;

import io.millrace.message.WireType.Choice;
import io.millrace.message.WireType.Composite;
import io.millrace.message.WireType.Data;
import io.millrace.message.WireType.Decimal;
import io.millrace.message.WireType.FixedText;
import io.millrace.message.WireType.Group;
import io.millrace.message.WireType.Number;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes a schema as the SBE tool reads it. */
final class SchemaWriter {
  /** In {@code description}, behind the name of the interface. */
  static final String MADE_FROM = "The messages of ";

  private final MessageSchema schema;
  private final StringBuilder out = new StringBuilder();
  private final Map<String, String> types = new TreeMap<>();

  SchemaWriter(MessageSchema schema) {
    this.schema = schema;
  }

  String xml() {
    schema.messages().forEach(message -> message.fields().forEach(this::collect));
    out.append(
        """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <sbe:messageSchema xmlns:sbe="http://fixprotocol.io/2016/sbe"
                           package="%s"
                           id="%d"
                           version="%d"
                           description="%s%s"
                           byteOrder="littleEndian">
          <types>
            <composite name="messageHeader">
              <type name="blockLength" primitiveType="uint16"/>
              <type name="templateId" primitiveType="uint16"/>
              <type name="schemaId" primitiveType="uint16"/>
              <type name="version" primitiveType="uint16"/>
            </composite>
        """
            .formatted(
                packageName(), schema.id(), schema.version(), MADE_FROM, escape(schema.name())));
    types.values().forEach(out::append);
    out.append("  </types>\n");
    schema.messages().forEach(this::message);
    return out.append("</sbe:messageSchema>\n").toString();
  }

  /** A package cannot have the name of the interface itself. */
  private String packageName() {
    return escape(schema.name().replace('$', '.').toLowerCase(Locale.ROOT));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  private void collect(Field field) {
    WireType type = field.type();
    if (type instanceof Group group) {
      types.put(
          " groupSizeEncoding",
          """
              <composite name="groupSizeEncoding">
                <type name="blockLength" primitiveType="uint16"/>
                <type name="numInGroup" primitiveType="uint16"/>
              </composite>
          """);
      group.parts().forEach(this::collect);
    } else if (type instanceof Composite composite) {
      // Texts are written where they stand.
      composite.parts().stream()
          .filter(part -> !(part.type() instanceof FixedText))
          .forEach(this::collect);
      types.put(composite.name(), composite(composite));
    } else if (type instanceof Choice choice) {
      types.put(choice.name(), choice(choice));
    } else if (type instanceof Decimal decimal) {
      types.put(decimal.typeName(), decimal(decimal));
    } else if (type instanceof FixedText text) {
      types.put(text.typeName(), text(text.typeName(), text).indent(4));
    } else if (type instanceof Data data) {
      types.put(data.typeName(), data(data));
    }
  }

  private static String composite(Composite composite) {
    StringBuilder xml = new StringBuilder("    <composite name=\"" + composite.name() + "\">\n");
    for (Field part : composite.parts()) {
      xml.append("      ");
      if (part.type() instanceof Number number) {
        xml.append("<type name=\"" + part.name() + "\" primitiveType=\"")
            .append(number.primitive().sbeName)
            .append(number.optional() ? "\" presence=\"optional\"/>" : "\"/>");
      } else if (part.type() instanceof FixedText text) {
        xml.append(text(part.name(), text));
      } else {
        xml.append("<ref name=\"" + part.name() + "\" type=\"" + typeName(part.type()) + "\"/>");
      }
      xml.append('\n');
    }
    return xml.append("    </composite>\n").toString();
  }

  private static String text(String name, FixedText text) {
    return "<type name=\"%s\" primitiveType=\"char\" length=\"%d\" characterEncoding=\"%s\"/>"
        .formatted(name, text.length(), text.encoding().sbeName);
  }

  private static String choice(Choice choice) {
    StringBuilder xml =
        new StringBuilder(
            "    <enum name=\"%s\" encodingType=\"%s\">\n"
                .formatted(choice.name(), choice.primitive().sbeName));
    List<String> constants = choice.constants();
    for (int i = 0; i < constants.size(); i++) {
      xml.append("      <validValue name=\"%s\">%d</validValue>\n".formatted(constants.get(i), i));
    }
    return xml.append("    </enum>\n").toString();
  }

  private static String decimal(Decimal decimal) {
    return """
        <composite name="%s">
          <type name="mantissa" primitiveType="%s"%s/>
          <type name="exponent" primitiveType="int8" presence="constant">%d</type>
        </composite>
    """
        .formatted(
            decimal.typeName(),
            decimal.mantissa().sbeName,
            decimal.optional() ? " presence=\"optional\"" : "",
            decimal.exponent());
  }

  private static String data(Data data) {
    String encoding =
        data.encoding() == WireType.Encoding.BYTES
            ? ""
            : " characterEncoding=\"" + data.encoding().sbeName + "\"";
    return """
        <composite name="%s">
          <type name="length" primitiveType="uint32" maxValue="1073741824"/>
          <type name="varData" primitiveType="uint8" length="0"%s/>
        </composite>
    """
        .formatted(data.typeName(), encoding);
  }

  static String typeName(WireType type) {
    if (type instanceof Number number) {
      return number.primitive().sbeName;
    }
    if (type instanceof Decimal decimal) {
      return decimal.typeName();
    }
    if (type instanceof Choice choice) {
      return choice.name();
    }
    if (type instanceof FixedText text) {
      return text.typeName();
    }
    return type instanceof Composite composite ? composite.name() : ((Data) type).typeName();
  }

  private void message(Message message) {
    out.append(
        "  <sbe:message name=\"%s\" id=\"%d\"%s>\n"
            .formatted(message.name(), message.templateId(), since(message.since())));
    fields(message.fields(), "    ");
    out.append("  </sbe:message>\n");
  }

  private static String since(int version) {
    return version > 0 ? " sinceVersion=\"" + version + "\"" : "";
  }

  /** The ids keep the order of the parameters. */
  private void fields(List<Field> fields, String indent) {
    for (Field field : Field.fixed(fields)) {
      element("field", field, fields, indent);
    }
    for (Field field : Field.groups(fields)) {
      Group group = (Group) field.type();
      out.append(
          "%s<group name=\"%s\" id=\"%d\"%s>\n"
              .formatted(indent, field.name(), fields.indexOf(field) + 1, since(field.since())));
      fields(group.parts(), indent + "  ");
      out.append(indent).append("</group>\n");
    }
    for (Field field : Field.data(fields)) {
      element("data", field, fields, indent);
    }
  }

  private void element(String element, Field field, List<Field> fields, String indent) {
    boolean optional =
        field.type() instanceof Number number && number.optional()
            || field.type() instanceof Choice choice && choice.optional();
    out.append(
        "%s<%s name=\"%s\" id=\"%d\" type=\"%s\"%s%s/>\n"
            .formatted(
                indent,
                element,
                field.name(),
                fields.indexOf(field) + 1,
                typeName(field.type()),
                optional ? " presence=\"optional\"" : "",
                since(field.since())));
  }
}
