// The turns of a chat and how one more is made.
#ifndef SAMPLE_HOST_CONVERSATION_H_
#define SAMPLE_HOST_CONVERSATION_H_

#include <string>

#include "app.h"
#include "commands.h"
#include "request.h"

namespace sample_host {

/// A conversation with a model.  Main thread only.
class Conversation {
 public:
  /// REQUIRES: options.model is not empty.
  Conversation(const App& app, const ChatOptions& options);

  const std::string& model() const { return model_; }
  void set_model(std::string model) { model_ = std::move(model); }
  /// Forgets what was said, but not the system text.
  void Restart();

  /// Sends the text and writes the answer to stdout while it comes.  A turn that failed
  /// is forgotten; of one that was cancelled, what had come is kept.
  Outcome Say(const std::string& text);

  /// Sends the text and waits for the whole answer, which is in the document.
  Outcome SayQuietly(const std::string& text);

 private:
  llmp::Json Request(const std::string& text, bool stream) const;
  void Remember(const std::string& text, const std::string& answer,
                const llmp::Json& result);

  const App& app_;
  std::string model_;
  const std::string system_;
  const std::string effort_;
  llmp::Json messages_ = llmp::Json::array();
};

}  // namespace sample_host

#endif  // SAMPLE_HOST_CONVERSATION_H_
