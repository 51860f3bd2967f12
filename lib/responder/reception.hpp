// SPDX-License-Identifier: Apache-2.0
// What all connections of a listener share: what to answer and to show, who is there and for how
// long, and the date. Connections keep it alive; end() tells it that the board may be gone.
#pragma once

#include "base/task.hpp"
#include "model/address_range.hpp"
#include "responder/answer.hpp"
#include "responder/crowd.hpp"
#include "responder/limits.hpp"
#include "responder/server_tls.hpp"

#include <boost/asio/ip/address.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace md::responder {

class Reception : public std::enable_shared_from_this<Reception> {
public:
    Reception(const base::asio::any_io_executor& executor, const ChallengeBoard& board,
              Limits limits);

    const Limits& limits() const { return limits_; }
    const base::asio::any_io_executor& executor() const { return executor_; }
    ServerTls& tls() { return tls_; }
    void set_sites(Sites sites);
    void set_site(const std::string& name, Site site);

    // What is answered instead of challenges and redirects.
    void set_answers(Answers answers) { answers_ = std::move(answers); }
    void set_health_path(std::string path) { health_path_ = std::move(path); }
    Answer answer(const Question& question) const {
        return answers_ ? answers_(question)
                        : responder::answer(question, board_, sites_, health_path_);
    }

    void set_proxies(model::ProxySources proxies) { proxies_ = std::move(proxies); }
    // Whether this peer has to say first whom it passes on.
    bool is_proxy(const std::optional<base::asio::ip::address>& peer) const;
    // Tells of a PROXY header that is not understood, or not asked for; once a minute at most.
    void report_proxy_header(const std::optional<base::asio::ip::address>& peer,
                             const std::string& reason, std::string_view arrived);
    // Tells whoever proves the name that a validator saw it.
    void note_validation(const std::string& name) const;
    // The present time as HTTP writes it; valid until the next call.
    std::string_view date();

    // The guest is dismissed when its time is over, or to make room. One without an address comes
    // by a server that proxies, for anybody: it has no share of its own to use up.
    Crowd::Place enter(bool over_tls, const std::optional<base::asio::ip::address>& peer,
                       Crowd::Dismiss dismiss);
    // As which peer an address counts.
    static Crowd::Peer peer_of(const base::asio::ip::address& address);
    Crowd& crowd(bool over_tls) { return over_tls ? tls_crowd_ : plain_crowd_; }

    // Dismisses everybody. Nobody who was dismissed asks for anything afterwards.
    void end();

private:
    // Sweeps when the time of whoever has been waited for since then is over.
    void watch_from(Crowd::Time oldest);
    void sweep();

    base::asio::any_io_executor executor_;
    const ChallengeBoard& board_;
    Limits limits_;
    Sites sites_;
    Answers answers_;
    std::string health_path_;
    model::ProxySources proxies_;
    std::optional<Crowd::Time> reported_;
    ServerTls tls_;
    Crowd plain_crowd_, tls_crowd_;
    base::asio::steady_timer sweep_timer_;
    bool watching_ = false;
    std::uint64_t without_address_ = 0;
    std::string date_;
    std::chrono::sys_seconds date_time_{};
};

}  // namespace md::responder
