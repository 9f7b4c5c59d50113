// Who we are to the authorization server, and where it is.
#ifndef XAI_PLUGIN_OAUTH_CONFIG_H_
#define XAI_PLUGIN_OAUTH_CONFIG_H_

#include <string>

namespace xai {

struct OAuthConfig {
  std::string issuer;  // an origin, "https://auth.x.ai"
  std::string client_id;
  std::string scope;
  std::string referrer;  // how xAI's statistics see us: our own name

  // The paths are fixed below the issuer; nothing is discovered.
  std::string DeviceAuthorizationUrl() const { return issuer + "/oauth2/device/code"; }
  std::string TokenUrl() const { return issuer + "/oauth2/token"; }
  std::string RevocationUrl() const { return issuer + "/oauth2/revoke"; }
  std::string UserinfoUrl() const { return issuer + "/oauth2/userinfo"; }
};

}  // namespace xai

#endif  // XAI_PLUGIN_OAUTH_CONFIG_H_
