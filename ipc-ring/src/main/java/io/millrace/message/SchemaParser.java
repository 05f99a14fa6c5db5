package io.millrace.message;

import static io.millrace.message.SchemaXml.attribute;
import static io.millrace.message.SchemaXml.children;
import static io.millrace.message.SchemaXml.isOptional;
import static io.millrace.message.SchemaXml.number;
import static io.millrace.message.SchemaXml.requireKnown;
import static io.millrace.message.SchemaXml.since;
import static io.millrace.message.SchemaXml.wrong;

import io.millrace.message.WireType.Choice;
import io.millrace.message.WireType.Composite;
import io.millrace.message.WireType.Data;
import io.millrace.message.WireType.Decimal;
import io.millrace.message.WireType.Encoding;
import io.millrace.message.WireType.FixedText;
import io.millrace.message.WireType.Group;
import io.millrace.message.WireType.Number;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.w3c.dom.Element;

/** Reads a schema that {@link SchemaWriter} wrote. It may come from anybody. */
final class SchemaParser {
  private static final int DEEPEST = 64;
  private static final int MOST_PARTS = 0xffff;

  /** Of names of constants, counted at each use of their enum: schemas name all of them there. */
  private static final int LONGEST_NAMES = 1 << 22;

  private final String xml;
  private final Map<String, Element> types = new HashMap<>();
  private final Map<String, Choice> choices = new HashMap<>();
  private final Set<String> checked = new HashSet<>();
  private int depth;
  private int namesSeen;
  private int partsSeen;

  SchemaParser(String xml) {
    this.xml = xml;
  }

  MessageSchema schema() {
    Element root = SchemaXml.parse(xml);
    if (!root.getAttribute("byteOrder").equals("littleEndian")) {
      throw wrong("its byte order is not littleEndian");
    }
    for (Element all : children(root, "types")) {
      for (Element type : children(all)) {
        if (types.put(attribute(type, "name"), type) != null) {
          throw wrong("the type " + attribute(type, "name") + " is there twice");
        }
      }
    }
    requireStandard(
        "messageHeader",
        "blockLength uint16",
        "templateId uint16",
        "schemaId uint16",
        "version uint16");
    List<Message> messages = new ArrayList<>();
    for (Element message : children(root, "sbe:message")) {
      messages.add(
          new Message(
              attribute(message, "name"),
              number(message, "id", 1),
              since(message, 0),
              fields(message, since(message, 0), true)));
    }
    messages.sort(Comparator.comparingInt(Message::templateId));
    requireDistinct(messages);
    String description = root.getAttribute("description");
    String name =
        description.startsWith(SchemaWriter.MADE_FROM)
            ? description.substring(SchemaWriter.MADE_FROM.length())
            : root.getAttribute("package");
    return new MessageSchema(name, number(root, "id", 1), number(root, "version", 0), messages);
  }

  private static void requireDistinct(List<Message> messages) {
    Set<Object> seen = new HashSet<>();
    for (Message message : messages) {
      if (!seen.add(message.templateId()) || !seen.add(message.name())) {
        throw wrong("message " + message.name() + " is there twice");
      }
    }
  }

  /** In the order of their ids, which is that of the parameters. */
  private List<Field> fields(Element parent, int since, boolean allowsGroups) {
    List<Element> elements = new ArrayList<>(children(parent));
    elements.sort(Comparator.comparingInt(element -> number(element, "id", 1)));
    return elements.stream()
        .map(
            element ->
                new Field(
                    attribute(element, "name"),
                    since(element, since),
                    type(element, since, allowsGroups)))
        .toList();
  }

  private WireType type(Element element, int since, boolean allowsGroups) {
    requireKnown(element);
    return switch (element.getTagName()) {
      case "field" -> fixed(attribute(element, "type"), isOptional(element));
      case "group" -> {
        if (!allowsGroups) {
          throw wrong("there is a group in a group");
        }
        requireStandard("groupSizeEncoding", "blockLength uint16", "numInGroup uint16");
        yield new Group(fields(element, since(element, since), false));
      }
      case "data" -> data(attribute(element, "type"));
      default -> throw wrong("it has a " + element.getTagName() + " in a message");
    };
  }

  private Data data(String name) {
    Data found =
        Arrays.stream(Encoding.values())
            .map(Data::new)
            .filter(data -> data.typeName().equals(name))
            .findAny()
            .orElseThrow(() -> wrong("variable data of type " + name));
    String encoding = found.encoding() == Encoding.BYTES ? "" : " " + found.encoding().sbeName;
    requireStandard(name, "length uint32", "varData uint8" + encoding);
    return found;
  }

  /** Checks a composite that all schemas of interfaces have in one way. */
  private void requireStandard(String name, String... parts) {
    if (!checked.add(name)) {
      return;
    }
    Element type = types.get(name);
    List<String> found = new ArrayList<>();
    if (type != null) {
      for (Element part : children(type)) {
        String encoding = part.getAttribute("characterEncoding");
        found.add(
            attribute(part, "name")
                + " "
                + attribute(part, "primitiveType")
                + (encoding.isEmpty() ? "" : " " + encoding));
      }
    }
    if (!found.equals(List.of(parts))) {
      throw wrong("the type " + name + " is not " + String.join(", ", parts));
    }
  }

  private WireType fixed(String name, boolean optional) {
    Primitive primitive = Primitive.named(name);
    if (primitive != null) {
      return new Number(primitive, optional);
    }
    Element type = types.get(name);
    if (type == null) {
      throw wrong("there is no type " + name);
    }
    requireKnown(type);
    if (++partsSeen > MOST_PARTS) {
      throw wrong("it has more than " + MOST_PARTS + " parts");
    }
    return switch (type.getTagName()) {
      case "type" -> text(type);
      case "enum" -> {
        String key = optional + name;
        Choice found = choices.get(key);
        if (found == null) {
          found = choice(type, optional);
          choices.put(key, found);
        }
        yield counted(found);
      }
      case "composite" -> composite(type);
      default -> throw wrong("a " + type.getTagName());
    };
  }

  private Choice counted(Choice choice) {
    for (String constant : choice.constants()) {
      namesSeen += constant.length() + 1;
      if (namesSeen > LONGEST_NAMES) {
        throw wrong("its enums have too many constants for so many fields");
      }
    }
    return choice;
  }

  private static FixedText text(Element type) {
    String name = attribute(type, "characterEncoding");
    if (!attribute(type, "primitiveType").equals("char")
        || isOptional(type)
        || !name.equals(Encoding.ASCII.sbeName) && !name.equals(Encoding.UTF8.sbeName)) {
      throw wrong("type " + attribute(type, "name") + " is no text");
    }
    Encoding encoding = name.equals(Encoding.ASCII.sbeName) ? Encoding.ASCII : Encoding.UTF8;
    return new FixedText(number(type, "length", 1), encoding);
  }

  private static Choice choice(Element type, boolean optional) {
    List<String> constants = new ArrayList<>();
    for (Element value : children(type, "validValue")) {
      if (!value.getTextContent().trim().equals("" + constants.size())) {
        throw wrong("the values of " + attribute(type, "name") + " are not 0, 1, 2 and so on");
      }
      constants.add(attribute(value, "name"));
    }
    String name = attribute(type, "name");
    Choice choice = new Choice(name, List.copyOf(constants), optional);
    if (!choice.primitive().sbeName.equals(type.getAttribute("encodingType"))) {
      throw wrong(name + " is no " + choice.primitive().sbeName);
    }
    return choice.equals(Choice.BOOL) ? Choice.BOOL : choice;
  }

  private WireType composite(Element type) {
    if (++depth > DEEPEST) {
      throw wrong("its types contain each other");
    }
    List<Element> children = children(type);
    String name = attribute(type, "name");
    WireType found;
    if (children.size() == 2
        && attribute(children.get(1), "name").equals("exponent")
        && children.get(1).getAttribute("presence").equals("constant")) {
      Element mantissa = children.get(0);
      found = new Decimal(primitive(mantissa), exponent(children.get(1)), isOptional(mantissa));
    } else {
      found = new Composite(name, children.stream().map(this::part).toList());
    }
    depth--;
    return found;
  }

  private static int exponent(Element element) {
    try {
      return Byte.parseByte(element.getTextContent().trim());
    } catch (NumberFormatException no) {
      throw wrong("the exponent " + element.getTextContent());
    }
  }

  private static Primitive primitive(Element element) {
    Primitive primitive = Primitive.named(attribute(element, "primitiveType"));
    if (primitive == null) {
      throw wrong("the type " + attribute(element, "primitiveType"));
    }
    return primitive;
  }

  private Field part(Element element) {
    requireKnown(element);
    if (++partsSeen > MOST_PARTS) {
      throw wrong("it has more than " + MOST_PARTS + " parts");
    }
    WireType type;
    if (element.getTagName().equals("ref")) {
      type = fixed(attribute(element, "type"), false);
    } else if (attribute(element, "primitiveType").equals("char")) {
      type = text(element);
    } else {
      type = new Number(primitive(element), isOptional(element));
    }
    return new Field(attribute(element, "name"), 0, type);
  }
}
