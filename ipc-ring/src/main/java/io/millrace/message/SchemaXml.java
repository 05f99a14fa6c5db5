package io.millrace.message;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** Elements and attributes of a schema that may come from anybody. */
final class SchemaXml {
  /** What a schema has at most, in characters. */
  static final int LONGEST = 1 << 20;

  /** Whatever else stands at an element may change the layout. */
  private static final Set<String> KNOWN =
      Set.of(
          "name",
          "id",
          "type",
          "primitiveType",
          "encodingType",
          "characterEncoding",
          "length",
          "presence",
          "sinceVersion",
          "description",
          "semanticType");

  private SchemaXml() {}

  /** Returns the root. */
  static Element parse(String xml) {
    if (xml.length() > LONGEST) {
      throw wrong("it has " + xml.length() + " characters");
    }
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      // No entities, no files, no network.
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new DefaultHandler());
      return builder.parse(new InputSource(new StringReader(xml))).getDocumentElement();
    } catch (SAXException broken) {
      throw new IllegalArgumentException(
          "this is no XML of a schema: " + broken.getMessage(), broken);
    } catch (IOException | ParserConfigurationException failure) {
      throw new IllegalStateException("the XML parser of this JVM does not work", failure);
    }
  }

  static void requireKnown(Element element) {
    NamedNodeMap attributes = element.getAttributes();
    for (int i = 0; i < attributes.getLength(); i++) {
      if (!KNOWN.contains(attributes.item(i).getNodeName())) {
        throw wrong("a " + element.getTagName() + " has " + attributes.item(i).getNodeName());
      }
    }
  }

  static boolean isOptional(Element element) {
    String presence = element.getAttribute("presence");
    if (!List.of("", "required", "optional").contains(presence)) {
      throw wrong("a " + element.getTagName() + " is " + presence);
    }
    return presence.equals("optional");
  }

  static int since(Element element, int parent) {
    return element.hasAttribute("sinceVersion") ? number(element, "sinceVersion", 0) : parent;
  }

  static int number(Element element, String name, int lowest) {
    String text = attribute(element, name);
    try {
      int number = Integer.parseInt(text);
      if (number >= lowest && number <= 0xffff) {
        return number;
      }
    } catch (NumberFormatException no) {
      throw wrong(name + " is " + text);
    }
    throw wrong(name + " is " + text);
  }

  static String attribute(Element element, String name) {
    if (!element.hasAttribute(name)) {
      throw wrong("a " + element.getTagName() + " has no " + name);
    }
    return element.getAttribute(name);
  }

  static List<Element> children(Element parent) {
    List<Element> elements = new ArrayList<>();
    NodeList nodes = parent.getChildNodes();
    for (int i = 0; i < nodes.getLength(); i++) {
      if (nodes.item(i) instanceof Element element) {
        elements.add(element);
      }
    }
    return elements;
  }

  static List<Element> children(Element parent, String tag) {
    return children(parent).stream().filter(child -> child.getTagName().equals(tag)).toList();
  }

  static IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("this is no schema of an interface: " + what);
  }
}
