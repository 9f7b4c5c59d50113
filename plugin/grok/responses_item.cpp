#include "grok/responses_item.h"

#include "base/json_members.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/utf8.h"

namespace xai {
namespace {

bool Any(std::string_view) {
  return true;
}

// A string member, with ill-formed bytes replaced.
void Take(const JsonMember& member, std::string* out) {
  if (member.kind == MemberKind::kString) *out = ToValidUtf8(member.text);
}

// One part of a message's content or of a reasoning summary.
void ReadPart(const JsonMember& part, OutputItem* item) {
  if (part.kind != MemberKind::kObject) return;
  std::string type;
  std::string text;
  std::string refusal;
  std::vector<std::string> annotations;
  ReadMembers(part.text, Any, [&](const JsonMember& member) {
    if (member.name == "type") Take(member, &type);
    if (member.name == "text") Take(member, &text);
    if (member.name == "refusal") Take(member, &refusal);
    if (member.name == "annotations" && member.kind == MemberKind::kArray) {
      ReadElements(member.text, [&](const JsonMember& annotation) {
        if (annotation.kind == MemberKind::kObject)
          annotations.emplace_back(annotation.text);
      });
    }
  });
  if (type == "summary_text" || type == "reasoning_text") {
    item->summary.append(text);
  } else {
    item->text.append(text);
  }
  item->refusal.append(refusal);
  for (std::string& annotation : annotations) {
    item->annotations.push_back(std::move(annotation));
  }
}

}  // namespace

std::optional<OutputItem> ReadOutputItem(std::string_view json) {
  OutputItem item;
  const bool good = ReadMembers(json, Any, [&item](const JsonMember& member) {
    if (member.name == "type") Take(member, &item.type);
    if (member.name == "id") Take(member, &item.id);
    if (member.name == "call_id") Take(member, &item.call_id);
    if (member.name == "name") Take(member, &item.name);
    if (member.name == "status") Take(member, &item.status);
    if (member.name == "arguments" || member.name == "input") Take(member, &item.input);
    if (member.name == "encrypted_content") {
      item.encrypted = member.kind == MemberKind::kString && !member.text.empty();
    }
    if ((member.name == "content" || member.name == "summary") &&
        member.kind == MemberKind::kArray) {
      ReadElements(member.text,
                   [&item](const JsonMember& part) { ReadPart(part, &item); });
    }
  });
  if (!good) return std::nullopt;
  return item;
}

bool IsServerToolCall(const OutputItem& item) {
  return item.type != "message" && item.type != "reasoning" &&
         item.type != "function_call" && item.type.size() > 5 &&
         item.type.substr(item.type.size() - 5) == "_call";
}

std::string ServerToolDocument(const OutputItem& item) {
  JsonWriter json;
  json.BeginObject().Key("id").String(item.id).Key("type").String(item.type);
  json.Key("name");
  if (item.name.empty()) {
    json.Null();
  } else {
    json.String(item.name);
  }
  json.Key("status").String(item.status).Key("input");
  if (item.input.empty()) {
    json.Null();
  } else {
    json.String(item.input);
  }
  return json.EndObject().Take();
}

void AddAnnotation(std::string json, Answer* answer) {
  ReadMembers(json, Any, [answer](const JsonMember& member) {
    if (member.name == "url" && member.kind == MemberKind::kString) {
      answer->AddCitation(ToValidUtf8(member.text));
    }
  });
  answer->Add(std::move(json), &answer->annotations);
}

std::optional<ResponseSnapshot> ReadResponse(std::string_view json) {
  ResponseSnapshot response;
  // The echoed tools and instructions can be large and are not looked at.
  const auto wanted = [](std::string_view name) {
    return name != "tools" && name != "instructions";
  };
  const bool good = ReadMembers(json, wanted, [&response](const JsonMember& member) {
    if (member.name == "id") Take(member, &response.id);
    if (member.name == "model") Take(member, &response.model);
    if (member.name == "status") Take(member, &response.status);
    if (member.name == "error" && member.kind != MemberKind::kNull) {
      response.has_error = true;
    }
    if (member.name == "usage" && member.kind == MemberKind::kObject) {
      response.usage = std::string(member.text);
    }
    if (member.name == "incomplete_details" && member.kind == MemberKind::kObject) {
      ReadMembers(member.text, Any, [&response](const JsonMember& detail) {
        if (detail.name == "reason") Take(detail, &response.incomplete_reason);
      });
    }
    if (member.name == "output" && member.kind == MemberKind::kArray) {
      ReadElements(member.text, [&response](const JsonMember& item) {
        // One more than there may be is enough to know that they are too many.
        if (item.kind == MemberKind::kObject &&
            response.items.size() <= limits::kOutputItemsMax) {
          response.items.emplace_back(item.text);
        }
      });
    }
  });
  if (!good) return std::nullopt;
  return response;
}

}  // namespace xai
